using System.Globalization;
using System.Net;
using OrleansSocial.Benchmarks.Attacks;
using OrleansSocial.Benchmarks.Chat;
using OrleansSocial.Benchmarks.Command;
using OrleansSocial.Benchmarks.Connections;
using OrleansSocial.Benchmarks.Events;
using OrleansSocial.Benchmarks.Grains;
using OrleansSocial.Benchmarks.Jobs;
using OrleansSocial.Benchmarks.Reads;
using OrleansSocial.Benchmarks.Rooms;
using OrleansSocial.Benchmarks.Silos;
using OrleansSocial.Benchmarks.Start;
using OrleansSocial.Benchmarks.Writes;

// As the product does: what a socket brings is taken in on the thread that it woke.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

// Each benchmark is one line here.
Benchmark[] benchmarks =
[
    new("chat", "conversations of two, beside plain SignalR and Socket.IO", 1200, ChatBenchmarks.Run) { Parts = ChatBenchmarks.Parts },
    new("rooms", "a room of 200, and one of 5,000 on three silos, beside both", 1100, RoomBenchmarks.Run) { Parts = RoomBenchmarks.Parts },
    new("connections", "idle ones, those that come and go, and those of a killed node", 1000, ConnectionBenchmarks.Run) { Parts = ConnectionBenchmarks.Parts },
    new("attacks", "what others notice of one who attacks", 700, AttackBenchmarks.Run) { Parts = AttackBenchmarks.Parts },
    new("sends", "durable sends at the grain, beside plain INSERTs", 420, SendBenchmarks.Run),
    new("grains", "grains alone, beside a bare Orleans", 240, GrainBenchmarks.Run) { Parts = GrainBenchmarks.Parts },
    new("silos", "calls between two silos, beside a bare Orleans", 180, SiloBenchmarks.Run) { Parts = SiloBenchmarks.Parts },
    new("writes", "thirty kinds of rows through the writer of a silo", 160, WriteBenchmarks.Run),
    new("events", "from an event to its effect", 240, EventBenchmarks.Run),
    new("jobs", "jobs enqueued and run, beside Hangfire", 180, JobBenchmarks.Run),
    new("reads", "what one person in 300 groups reads", 180, ReadBenchmarks.Run),
    new("start", "from the start of the silo to ready", 60, StartBenchmarks.Run),
];

// Processes that benchmarks start of this program.
switch (args)
{
    case [SiloBenchmarks.Other, var database, var primary]:
        await SiloBenchmarks.RunOther(database, IPEndPoint.Parse(primary));
        return 0;
    case ["--serve", "events", .. var rest]:
        await EventBenchmarks.Serve(rest);
        return 0;
    case ["--serve", "jobs", .. var rest]:
        await JobBenchmarks.Serve(rest);
        return 0;
    case ["--help"] or ["-h"]:
        Console.WriteLine(Help.Text(benchmarks));
        return 0;
}

try
{
    return await new Runner(benchmarks, CommandLine.Read(args, benchmarks), $"./bench {string.Join(' ', args)}".Trim()).Run();
}
catch (UsageException wrong)
{
    Console.Error.WriteLine($"{wrong.Message} See ./bench --help.");
    return 2;
}
