using OrleansSocial.Benchmarks.Chat;
using OrleansSocial.Benchmarks.Command;
using OrleansSocial.Benchmarks.Load;
using OrleansSocial.Benchmarks.Report;
using OrleansSocial.Driver;

namespace OrleansSocial.Benchmarks.Attacks;

/// <summary>What others notice of somebody who attacks with one account from one address: how much longer their messages take meanwhile.</summary>
internal static class AttackBenchmarks
{
    private const int Pairs = 20;
    private const double PairRate = 40;
    private const int RoomMembers = 200;

    private static readonly (string Name, double Rate, Func<Attacker, long, CancellationToken, Task> Act)[] s_attacks =
    [
        ("documents", 500, static (attacker, _, stop) => attacker.ReadDocument(stop)),
        ("nonsense", 500, static (attacker, _, stop) => attacker.SendNonsense(stop)),
        ("frames", 2000, static (attacker, _, stop) => attacker.SendFrame(stop)),
        ("oversized", 50, static (attacker, _, stop) => attacker.SendOversized(stop)),
        ("connections", 50, static (attacker, _, stop) => attacker.Connect(stop)),
        ("streams", 50, static (attacker, _, stop) => attacker.OpenStream(stop)),
        ("titles", 100, static (attacker, number, stop) => attacker.Retitle(number, stop)),
    ];

    /// <summary>The parts that can be asked for.</summary>
    public static IReadOnlyList<string> Parts { get; } = [.. s_attacks.Select(attack => attack.Name)];

    /// <summary>Runs it.</summary>
    public static async Task Run(Bench bench)
    {
        await using var postgres = await BenchmarkPostgres.Start();
        var settings = bench.Settings;
        var attacks = s_attacks.Where(attack => settings.Wants(attack.Name)).ToList();
        var section = bench.Section(
            "One attacker",
            $"{Pairs} pairs send {PairRate} messages a second in all, timed from when each was to be sent: for a while alone, and while somebody with one account at one address does one thing as often as is named. Limits are those of an installation. The attacker runs in the process of the pairs, so what that costs counts against the server.",
            SocialTarget.OurName);
        bench.Steps(settings.Rounds * attacks.Count);
        for (var round = 0; round < settings.Rounds; round++)
        {
            using var giveUp = new CancellationTokenSource(TimeSpan.FromMinutes(20));
            var pairs = settings.Size(Pairs, 2);
            var target = new SocialTarget(people: (pairs * 2) + settings.Size(RoomMembers, 10), limited: true);
            using var servers = await target.Start(await postgres.CreateDatabase());
            var rooms = await PairUp(target, servers, pairs, giveUp.Token);
            var api = new ApiClient(servers.Of(0).Address);
            await api.SignIn("attacker", "correct horse battery", giveUp.Token);
            var room = await Crowd(api, servers, settings.Size(RoomMembers, 10), giveUp.Token);
            foreach (var attack in attacks.InTurn(round))
            {
                bench.Step(attack.Name, round);
                await using var attacker = new Attacker(servers.Of(0).Address, servers.Of(0).Hub, api) { Room = room };
                await Measure(section, settings, rooms, attack.Name, attack.Rate, (number, stop) => attack.Act(attacker, number, stop), giveUp.Token);
            }
        }
    }

    private static async Task Measure(
        Section section, Settings settings, List<LoadRoom> rooms, string name, double rate, Func<long, CancellationToken, Task> act, CancellationToken giveUp)
    {
        // What is made at the first call of its kind is made once in the life of a server.
        await act(0, giveUp);
        var calm = await Pace(rooms, settings.Seconds(8), giveUp);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(giveUp);
        var attack = OpenLoop.Run(rate, 600, async (number, _) =>
        {
            await act(number, over.Token);
            return true;
        }, over.Token);
        var meanwhile = await Pace(rooms, settings.Seconds(8), giveUp);
        await over.CancelAsync();
        var attempts = await attack;
        if (calm.Failed + meanwhile.Failed > 0) throw new InvalidOperationException($"{calm.Failed + meanwhile.Failed} messages of others failed.");

        var group = $"{name}, {rate} a second";
        section.Add(group, "acknowledged before, p50", "ms", Better.Lower, SocialTarget.OurName, calm.Answers.Percentile(50));
        section.Add(group, "acknowledged meanwhile, p50", "ms", Better.Lower, SocialTarget.OurName, meanwhile.Answers.Percentile(50));
        section.Add(group, "half of the messages take", "times as long", Better.Lower, SocialTarget.OurName, meanwhile.Answers.Percentile(50) / calm.Answers.Percentile(50));
        section.Add(group, "acknowledged before, p99", "ms", Better.Lower, SocialTarget.OurName, calm.Answers.Percentile(99));
        section.Add(group, "acknowledged meanwhile, p99", "ms", Better.Lower, SocialTarget.OurName, meanwhile.Answers.Percentile(99));
        section.Add(group, "attempts", "a second", Better.Higher, SocialTarget.OurName, (attempts.Done + attempts.Failed) / Math.Max(0.1, attempts.Seconds));
    }

    private static async Task<List<LoadRoom>> PairUp(SocialTarget target, ServerGroup servers, int pairs, CancellationToken giveUp)
    {
        var rooms = new List<LoadRoom>();
        for (var i = 0; i < pairs; i++)
        {
            var pair = await target.Connect(servers, 2, giveUp);
            rooms.Add(new(await target.Room(servers, pair, 0, giveUp), [pair[0], pair[1]]));
        }

        return rooms;
    }

    /// <summary>A group of the attacker's, with people who are away.</summary>
    private static async Task<string> Crowd(ApiClient api, ServerGroup servers, int members, CancellationToken giveUp)
    {
        var others = new List<string>();
        for (var i = 0; i < members; i++)
        {
            using var person = new ApiClient(servers.Of(0).Address);
            others.Add(await person.SignIn($"crowd_{i}", "correct horse battery", giveUp));
        }

        return await api.Conversation("Room", others, giveUp);
    }

    private static Task<OpenResult> Pace(List<LoadRoom> rooms, double seconds, CancellationToken giveUp) => OpenLoop.Run(
        PairRate,
        seconds,
        async (number, intended) =>
        {
            var room = rooms[(int)(number % rooms.Count)];
            await ChatLoad.Send(room.Id, room.Senders[(int)(number / rooms.Count % room.Senders.Count)], intended, giveUp);
            return true;
        },
        giveUp);
}
