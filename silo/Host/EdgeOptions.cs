using System.ComponentModel.DataAnnotations;

namespace OrleansSocial.Host;

/// <summary>Limits of the HTTP server. Section <c>Social:Edge</c>. Where it listens is <c>urls</c> (or <c>ASPNETCORE_URLS</c>).</summary>
internal sealed class EdgeOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Social:Edge";

    /// <summary>Where the server listens when nothing else is said: this machine alone.</summary>
    public const string UrlsDefault = "http://localhost:5080";

    /// <summary>The largest body of a request; a route may take less.</summary>
    [Range(1024, 1 << 30)]
    public int BodyBytesMax { get; set; } = 64 << 10;

    /// <summary>The largest size of all headers of a request together.</summary>
    [Range(4096, 1 << 20)]
    public int HeaderBytesMax { get; set; } = 16 << 10;

    /// <summary>Most headers of a request.</summary>
    [Range(16, 1000)]
    public int HeadersMax { get; set; } = 64;

    /// <summary>Most connections at once, live ones included.</summary>
    [Range(10, 10_000_000)]
    public int ConnectionsMax { get; set; } = 100_000;

    /// <summary>Most requests under way at once, but for live connections, which have limits of their own, and health.</summary>
    [Range(10, 1_000_000)]
    public int RequestsMax { get; set; } = 5_000;

    /// <summary>The hosts by which clients may call this server, separated by spaces, such as <c>social.example.org</c> or <c>*.example.org</c>. Empty: any.</summary>
    [RegularExpression(@"^((\*\.)?[^\s/*:]+(\s+(\*\.)?[^\s/*:]+)*)?$", ErrorMessage = "is a list of hosts such as social.example.org, separated by spaces.")]
    public string Hosts { get; set; } = "";

    /// <summary>How long a client may take to send its headers.</summary>
    [Range(1, 300)]
    public int HeaderSecondsMax { get; set; } = 10;

    /// <summary>How long a connection may stay idle between requests.</summary>
    [Range(1, 3600)]
    public int IdleSecondsMax { get; set; } = 120;

    /// <summary>How long what was sent to a client may stay unconfirmed by its machine before the connection counts as lost: event streams are sent a sign every 15 seconds.</summary>
    [Range(5, 3600)]
    public int UnconfirmedSecondsMax { get; set; } = 45;

    /// <summary>For how long a call is sent again whose silo went away under way, where it may be carried out twice; 0 for not at all.</summary>
    [Range(0, 60)]
    public int RepeatSecondsMax { get; set; } = 10;

    /// <summary>Other origins whose pages may call the API, separated by spaces, such as <c>https://app.example.org</c>. None by default.</summary>
    [RegularExpression(@"^(https?://[^\s/*]+(\s+https?://[^\s/*]+)*)?$", ErrorMessage = "is a list of origins such as https://app.example.org, separated by spaces.")]
    public string Origins { get; set; } = "";
}
