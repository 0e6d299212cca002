using System.Globalization;
using OrleansSocial.Driver;

namespace OrleansSocial.Benchmarks;

/// <summary>One line of the chat figures.</summary>
internal sealed record ChatFigures(
    double PairsRate = 0, double PairsServerMicros = 0, double PairsPostgresMicros = 0, double PairsP50 = 0, double PairsP99 = 0,
    double QuietP50 = 0, double RoomRate = 0, double RoomMicros = 0, double IdleKiB = 0);

/// <summary>Chat end to end: ours and the yardstick, one after the other in the same run, under the same driver.</summary>
internal static class ChatBenchmarks
{
    private const int Pairs = 200;
    private const int QuietPairs = 10;
    private const int RoomSize = 200;
    private const int RoomSenders = 4;
    private const int IdleConnections = 2000;

    // Until the compiler has finished with the hot paths of both servers.
    private const double WarmUpSeconds = 15;
    private const string Text = "How about lunch at the place by the river tomorrow, around noon?";

    /// <summary>Prints medians. Options: <c>--rounds N</c> (5), <c>--seconds S</c> of each measured stretch (8), <c>--only ours</c> without the yardstick, <c>--only quiet</c> for the ten pairs alone.</summary>
    public static async Task Run(string[] options)
    {
        var rounds = int.Parse(Option(options, "--rounds", "5"), CultureInfo.InvariantCulture);
        var seconds = double.Parse(Option(options, "--seconds", "8"), CultureInfo.InvariantCulture);
        await using var postgres = await BenchmarkPostgres.Start();
        var only = Option(options, "--only", "");
        ChatTarget[] targets = only.EndsWith("ours", StringComparison.Ordinal) ? [new SocialTarget()] : [new YardstickTarget(), new SocialTarget()];
        var figures = targets.ToDictionary(t => t, _ => new List<ChatFigures>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var target in targets)
            {
                var database = await postgres.CreateDatabase();
                var measured = only.StartsWith("quiet", StringComparison.Ordinal)
                    ? new ChatFigures { QuietP50 = await Quiet(target, database, seconds) }
                    : (await Measure(target, database, postgres.ProcessId, seconds)) with { IdleKiB = await Idle(target, database) };
                Console.WriteLine($"round {round + 1}, {target.Name}: {measured}");
                figures[target].Add(measured);
            }
        }

        Print(targets, figures);
    }

    private static string Option(string[] options, string name, string otherwise) =>
        Array.IndexOf(options, name) is >= 0 and var at && at + 1 < options.Length ? options[at + 1] : otherwise;

    private static async Task<ChatFigures> Measure(ChatTarget target, string database, int postmaster, double seconds)
    {
        using var giveUp = new CancellationTokenSource(TimeSpan.FromMinutes(10));
        using var server = await target.Start(database);
        var sockets = await target.Connect(server, Pairs * 2, giveUp.Token);
        var rooms = await WarmPairs(target, server, sockets, giveUp.Token);

        var (serverBefore, postgresBefore) = (server.ProcessorTime, ProcessTimes.OfPostgres(postmaster));
        var pairs = await ChatLoad.Run(rooms, seconds, Text, giveUp.Token);
        var serverMicros = (server.ProcessorTime - serverBefore).TotalMicroseconds / pairs.Sent;
        var postgresMicros = (ProcessTimes.OfPostgres(postmaster) - postgresBefore).TotalMicroseconds / pairs.Sent;
        var quiet = await ChatLoad.Run([.. rooms.Take(QuietPairs)], seconds / 2, Text, giveUp.Token);

        var members = sockets.Take(RoomSize).ToList();
        var room = new LoadRoom(await target.Room(server, members, giveUp.Token), [.. members.Take(RoomSenders)]);
        await ChatLoad.Run([room], seconds / 4, Text, giveUp.Token);
        var roomBefore = server.ProcessorTime;
        var crowd = await ChatLoad.Run([room], seconds, Text, giveUp.Token);
        var roomMicros = (server.ProcessorTime - roomBefore).TotalMicroseconds / crowd.Delivered;
        foreach (var socket in sockets) await socket.DisposeAsync();

        return new(
            pairs.Rate, serverMicros, postgresMicros, pairs.Quantile(0.5), pairs.Quantile(0.99), quiet.Quantile(0.5),
            crowd.Delivered / crowd.Seconds, roomMicros, 0);
    }

    /// <summary>The median wait of ten pairs on a server that has nothing else to do.</summary>
    private static async Task<double> Quiet(ChatTarget target, string database, double seconds)
    {
        using var giveUp = new CancellationTokenSource(TimeSpan.FromMinutes(10));
        using var server = await target.Start(database);
        var sockets = await target.Connect(server, QuietPairs * 2, giveUp.Token);
        var rooms = await WarmPairs(target, server, sockets, giveUp.Token);
        var quiet = await ChatLoad.Run(rooms, seconds, Text, giveUp.Token);
        foreach (var socket in sockets) await socket.DisposeAsync();
        return quiet.Quantile(0.5);
    }

    /// <summary>A room for each two connections, after a while of load.</summary>
    private static async Task<List<LoadRoom>> WarmPairs(ChatTarget target, ServerProcess server, IReadOnlyList<LiveSocket> sockets, CancellationToken giveUp)
    {
        var rooms = new List<LoadRoom>();
        foreach (var pair in sockets.Chunk(2)) rooms.Add(new(await target.Room(server, pair, giveUp), [pair[0]]));
        await ChatLoad.Run(rooms, WarmUpSeconds, Text, giveUp);
        return rooms;
    }

    /// <summary>Resident memory that each of many idle connections adds to a fresh server.</summary>
    private static async Task<double> Idle(ChatTarget target, string database)
    {
        using var giveUp = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        using var server = await target.Start(database);
        var first = await target.Connect(server, 400, giveUp.Token);
        var before = server.ResidentBytes;
        var rest = await target.Connect(server, IdleConnections, giveUp.Token);
        var perConnection = (server.ResidentBytes - before) / 1024.0 / IdleConnections;
        foreach (var socket in first.Concat(rest)) await socket.DisposeAsync();
        return perConnection;
    }

    private static void Print(ChatTarget[] targets, Dictionary<ChatTarget, List<ChatFigures>> figures)
    {
        (string Name, Func<ChatFigures, double> Of)[] rows =
        [
            ($"{Pairs} pairs: messages/s", f => f.PairsRate),
            ($"{Pairs} pairs: server CPU, us/message", f => f.PairsServerMicros),
            ($"{Pairs} pairs: PostgreSQL CPU, us/message", f => f.PairsPostgresMicros),
            ($"{Pairs} pairs: both, us/message", f => f.PairsServerMicros + f.PairsPostgresMicros),
            ($"{Pairs} pairs: ack p50, ms", f => f.PairsP50),
            ($"{Pairs} pairs: ack p99, ms", f => f.PairsP99),
            ($"{QuietPairs} pairs: ack p50, ms", f => f.QuietP50),
            ($"room of {RoomSize}: deliveries/s", f => f.RoomRate),
            ($"room of {RoomSize}: server CPU, us/delivery", f => f.RoomMicros),
            ($"idle connection, KiB (of {IdleConnections})", f => f.IdleKiB),
        ];
        Console.WriteLine($"| median | {string.Join(" | ", targets.Select(t => t.Name))} | ratio |");
        Console.WriteLine("|---|---|---|---|");
        foreach (var (name, of) in rows)
        {
            if (figures[targets[^1]].TrueForAll(f => of(f) == 0)) continue;
            var medians = targets.Select(t => Median(figures[t].Select(of))).ToList();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {string.Join(" | ", medians.Select(m => m.ToString("0.0", CultureInfo.InvariantCulture)))} | {medians[^1] / medians[0]:0.00} |"));
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
