using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>
/// The identities of clients and of their observers. The client within a silo is named like its silo, so that everybody knows where
/// it is; any other one has a name of its own. An observer's key is that of its client, a plus sign, and a name of its own.
/// </summary>
internal static class ClientKeys
{
    private const byte Plus = (byte)'+';

    /// <summary>The key of the client within a silo.</summary>
    public static string OfSilo(SiloAddress silo) => silo.ToParsableString();

    /// <summary>A key that no client has had.</summary>
    public static string New() => Guid.NewGuid().ToString("N");

    /// <summary>The client that an observer belongs to.</summary>
    public static GrainId ClientOf(GrainReference observer)
    {
        var key = observer.Key.AsSpan();
        var plus = key.IndexOf(Plus);
        return plus < 0 ? observer.GrainId : GrainId.Create(ObserverRegistry.ClientType, new IdSpan(key[..plus].ToArray()));
    }

    /// <summary>The silo that a client lives in; null for a client of its own.</summary>
    public static SiloAddress? SiloOf(GrainId client) => SiloAddress.TryParse(client.Key.ToString(), null, out var silo) ? silo : null;
}
