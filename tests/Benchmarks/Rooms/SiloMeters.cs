using System.Globalization;
using System.Net;
using System.Net.Sockets;
using OrleansSocial.Benchmarks.Load;

namespace OrleansSocial.Benchmarks.Rooms;

/// <summary>What the meters of Orleans counted in the silos that are measured.</summary>
internal static class SiloMeters
{
    /// <summary>What is told in the report, by the names of the meters.</summary>
    private static readonly (string Meter, string Name)[] s_told =
    [
        ("orleans-messaging-sent-messages-size", "to other silos"),
        ("orleans-messaging-processing-dispatcher-received", "handled by a silo, those of its own among them"),
    ];

    /// <summary>The sums over all processes that have meters, by their names in the report; nothing where none has.</summary>
    public static async Task<IReadOnlyDictionary<string, long>> Sum(ServerGroup servers)
    {
        var sums = new Dictionary<string, long>();
        foreach (var process in servers.Processes.Where(process => process.MetersPort > 0))
        {
            var counts = await Read(process.MetersPort);
            foreach (var (meter, name) in s_told) if (counts.TryGetValue(meter, out var count)) sums[name] = sums.GetValueOrDefault(name) + count;
        }

        return sums;
    }

    /// <summary>All counts of one process.</summary>
    public static async Task<IReadOnlyDictionary<string, long>> Read(int port)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        using var lines = new StreamReader(client.GetStream());
        return (await lines.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).ToDictionary(parts => parts[0], parts => long.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
