using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Orleans.Runtime;

/// <summary>One life of one silo: where it listens, and a generation that grows with every start there.</summary>
public sealed class SiloAddress : IEquatable<SiloAddress>, IComparable<SiloAddress>, ISpanParsable<SiloAddress>
{
    private static readonly DateTimeOffset s_generationZero = new(2022, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static int s_lastGeneration;

    private SiloAddress(IPEndPoint endpoint, int generation)
    {
        Endpoint = endpoint;
        Generation = generation;
    }

    /// <summary>The address of no silo.</summary>
    public static SiloAddress Zero { get; } = new(new IPEndPoint(0, 0), 0);

    /// <summary>Where the silo listens for other silos.</summary>
    public IPEndPoint Endpoint { get; }

    /// <summary>Seconds since 2022-01-01 at the silo's start, and never twice the same within a process.</summary>
    public int Generation { get; }

    /// <summary>The address of that endpoint and generation.</summary>
    public static SiloAddress New(IPEndPoint endpoint, int generation)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return new SiloAddress(new IPEndPoint(endpoint.Address, endpoint.Port), generation);
    }

    /// <summary>The address of that endpoint and generation.</summary>
    public static SiloAddress New(IPAddress address, int port, int generation) => new(new IPEndPoint(address, port), generation);

    /// <summary>A generation for a silo that starts now: newer than every other one this process handed out.</summary>
    internal static int AllocateGeneration(TimeProvider clock)
    {
        var now = (int)(clock.GetUtcNow() - s_generationZero).TotalSeconds;
        while (true)
        {
            var last = Volatile.Read(ref s_lastGeneration);
            var next = Math.Max(now, last + 1);
            if (Interlocked.CompareExchange(ref s_lastGeneration, next, last) == last)
            {
                return next;
            }
        }
    }

    /// <summary>When a silo of that generation started, in UTC.</summary>
    internal static DateTime TimeOf(int generation) => s_generationZero.UtcDateTime.AddSeconds(generation);

    /// <summary>The text <c>ip:port@generation</c>.</summary>
    public string ToParsableString() => string.Create(CultureInfo.InvariantCulture, $"{Endpoint.Address}:{Endpoint.Port}@{Generation}");

    /// <summary>Reads <c>ip:port@generation</c>; other text is a <see cref="FormatException"/>.</summary>
    public static SiloAddress FromParsableString(string addr) => Parse(addr, null);

    /// <inheritdoc cref="FromParsableString"/>
    public static SiloAddress Parse(string s, IFormatProvider? provider)
    {
        ArgumentNullException.ThrowIfNull(s);
        return Parse(s.AsSpan(), provider);
    }

    /// <inheritdoc cref="FromParsableString"/>
    public static SiloAddress Parse(ReadOnlySpan<char> s, IFormatProvider? provider) =>
        TryParse(s, provider, out var result)
            ? result
            : throw new FormatException($"'{s}' is not a silo address of the form ip:port@generation.");

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out SiloAddress result) =>
        TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, [MaybeNullWhen(false)] out SiloAddress result)
    {
        result = null;
        var at = s.LastIndexOf('@');
        var colon = at < 0 ? -1 : s[..at].LastIndexOf(':');
        if (colon <= 0
            || !IPAddress.TryParse(s[..colon], out var address)
            || !ushort.TryParse(s[(colon + 1)..at], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || !int.TryParse(s[(at + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var generation))
        {
            return false;
        }

        result = New(address, port, generation);
        return true;
    }

    /// <summary>A hash that is the same in every process.</summary>
    public int GetConsistentHashCode() => (int)StableHash.ComputeHash(ToParsableString());

    /// <inheritdoc/>
    public bool Equals([NotNullWhen(true)] SiloAddress? other) =>
        other is not null && Generation == other.Generation && Endpoint.Equals(other.Endpoint);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => Equals(obj as SiloAddress);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Endpoint, Generation);

    /// <summary>Orders by generation, then by port, then by address.</summary>
    public int CompareTo(SiloAddress? other)
    {
        if (other is null)
        {
            return 1;
        }

        var order = Generation.CompareTo(other.Generation);
        order = order != 0 ? order : Endpoint.Port.CompareTo(other.Endpoint.Port);
        return order != 0
            ? order
            : Endpoint.Address.GetAddressBytes().AsSpan().SequenceCompareTo(other.Endpoint.Address.GetAddressBytes());
    }

    /// <summary>The text <c>Sip:port:generation</c> that logs use.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"S{Endpoint}:{Generation}");

    /// <summary>Whether both are equal.</summary>
    public static bool operator ==(SiloAddress? left, SiloAddress? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(SiloAddress? left, SiloAddress? right) => !(left == right);

    /// <summary>Whether the left one comes first.</summary>
    public static bool operator <(SiloAddress? left, SiloAddress? right) => Compare(left, right) < 0;

    /// <summary>Whether the left one does not come after the right one.</summary>
    public static bool operator <=(SiloAddress? left, SiloAddress? right) => Compare(left, right) <= 0;

    /// <summary>Whether the left one comes after the right one.</summary>
    public static bool operator >(SiloAddress? left, SiloAddress? right) => Compare(left, right) > 0;

    /// <summary>Whether the left one does not come before the right one.</summary>
    public static bool operator >=(SiloAddress? left, SiloAddress? right) => Compare(left, right) >= 0;

    private static int Compare(SiloAddress? left, SiloAddress? right) =>
        left is null ? (right is null ? 0 : -1) : left.CompareTo(right);
}
