using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OrleansSocial.Benchmarks.Command;
using OrleansSocial.Benchmarks.Load;
using OrleansSocial.Benchmarks.Report;
using OrleansSocial.Kernel;
using Support;

namespace OrleansSocial.Benchmarks.Writes;

/// <summary>Thirty kinds of rows, as of thirty slices, written by three hundred people: through the one writer of a silo, and through a writer for each kind.</summary>
internal static class WriteBenchmarks
{
    private const int Kinds = 30;
    private const int People = 300;
    private static readonly int[] s_lanes = [1, 2, 4, 8];

    /// <summary>Runs it.</summary>
    public static async Task Run(Bench bench)
    {
        var (rounds, seconds) = (bench.Settings.Rounds, bench.Settings.Seconds(5));
        await using var postgres = await BenchmarkPostgres.Start();
        var connection = await postgres.CreateTables();
        for (var kind = 0; kind < Kinds; kind++)
            await PrivatePostgres.Execute(connection, $"CREATE TABLE kind{kind} (owner uuid, seq bigint, text text NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (owner, seq))");

        var fence = new WriteFence();
        await PrivatePostgres.Execute(connection, $"INSERT INTO silo_fences (silo, fence, membership) VALUES ('benchmark', '{fence.Id}', 'postgresql')");
        await using var database = new Database(connection, new DatabaseOptions(), fence, TimeProvider.System);
        GroupCommit Writer(int lanes) => new(database, fence, Options.Create(new GroupCommitOptions { LanesMax = lanes }), TimeProvider.System, NullLogger<GroupCommit>.Instance);

        (string Name, GroupCommit[] Writers)[] ways =
        [
            ("a writer for each kind", [.. Enumerable.Range(0, Kinds).Select(_ => Writer(1))]),
            .. s_lanes.Select(lanes => (lanes == 1 ? "one writer, one lane" : $"one writer, {lanes} lanes", new[] { Writer(lanes) })),
        ];
        var section = bench.Section(
            "Thirty kinds of rows",
            $"{People} people write rows of {Kinds} kinds, as of so many slices, one after the other each: through the one writer of a silo, whose default is one lane, beside a writer for each kind with a connection of its own, and beside more lanes.",
            ways[1].Name,
            [.. ways.Where((_, at) => at != 1).Select(way => way.Name)]);
        bench.Steps((rounds + 1) * ways.Length);
        for (var round = -1; round < rounds; round++)
        {
            foreach (var (name, writers) in ways)
            {
                bench.Step(name, Math.Max(0, round));
                var sample = await Measure(writers, round < 0 ? Math.Min(seconds, 3) : seconds, postgres.ProcessId);
                if (round < 0) continue;
                const string Group = "Everybody writes";
                section.Add(Group, "writes", "a second", Better.Higher, name, sample.Rate);
                section.Add(Group, "written, p50", "ms", Better.Lower, name, sample.Answers.Percentile(50));
                section.Add(Group, "written, p99", "ms", Better.Lower, name, sample.Answers.Percentile(99));
                section.Add(Group, "processor time of the silo", "us a write", Better.Lower, name, sample.SiloMicros);
                section.Add(Group, "processor time of PostgreSQL", "us a write", Better.Lower, name, sample.PostgresMicros);
            }
        }
    }

    private static Task<LoopSample> Measure(GroupCommit[] writers, double seconds, int postmaster) =>
        ClosedLoop.Run(People, seconds, postmaster, person =>
        {
            var (kind, owner, seq) = (person % Kinds, Guid.NewGuid(), 0L);
            var ledger = new Ledger(writers[kind % writers.Length], owner, 0, new(10, CommonRefusals.Unavailable, static _ => { }, static () => { }));
            return async () =>
            {
                if (await ledger.Commit(new KindWrite(ledger, kind, owner, ++seq)) is { } refusal) throw new InvalidOperationException(refusal.Code);
            };
        });

    private sealed class KindWrite(Ledger ledger, int kind, Guid owner, long seq) : Write(ledger)
    {
        private static readonly Statement<KindWrite>[] s_statements =
        [
            .. Enumerable.Range(0, Kinds).Select(kind => new Statement<KindWrite>(
                $"INSERT INTO kind{kind} (owner, seq, text, at) SELECT o, s, t, $4 FROM unnest($1::uuid[], $2::int8[], $3::text[]) AS i(o, s, t)",
                columns => columns.Uuid(w => w.OwnerKey).Bigint(w => w.Seq).Text(_ => "How about lunch at the place by the river tomorrow, around noon?").Now())),
        ];

        private Guid OwnerKey => owner;

        private long Seq => seq;

        public override int Chars => 64;

        public override void Render(Rows rows) => rows.Add(s_statements[kind], this);
    }
}
