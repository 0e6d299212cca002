using System.ComponentModel.DataAnnotations;
using System.Net;

namespace OrleansSocial.Host;

/// <summary>Who may read the metrics at <c>/metrics</c>. Section <c>Social:Metrics</c>.</summary>
internal sealed class MetricsOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Social:Metrics";

    private (string Text, IPNetwork[] Networks)? _read;

    /// <summary>The networks from which metrics may be read, separated by spaces, such as <c>10.0.0.0/8</c>. This machine alone by default; empty for nobody.</summary>
    [Networks]
    public string Networks { get; set; } = "127.0.0.0/8 ::1/128";

    /// <summary>Whether metrics may be read from an address.</summary>
    public bool MayRead(IPAddress? address)
    {
        if (address is null) return false;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (_read is not { } read || !ReferenceEquals(read.Text, Networks)) _read = read = (Networks, [.. Each(Networks).Select(one => IPNetwork.Parse(one))]);
        return read.Networks.Any(network => network.Contains(address));
    }

    private static string[] Each(string networks) => networks.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private sealed class NetworksAttribute() : ValidationAttribute("is a list of networks such as 10.0.0.0/8, separated by spaces.")
    {
        public override bool IsValid(object? value) => value is string text && Each(text).All(one => IPNetwork.TryParse(one, out _));
    }
}
