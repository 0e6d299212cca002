using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OrleansSocial.Kernel;
using Support;

namespace OrleansSocial.Benchmarks.Writes;

/// <summary>Thirty kinds of rows, as of thirty slices, written by three hundred people: through the one writer of a silo, and through a writer for each kind.</summary>
internal static class WriteBenchmarks
{
    private const int Kinds = 30;
    private const int People = 300;
    private static readonly int[] s_lanes = [1, 2, 4, 8];

    /// <summary>Prints medians. Options: <c>--rounds N</c> (5), <c>--seconds S</c> of each stretch (5).</summary>
    public static async Task Run(string[] options)
    {
        var (rounds, seconds) = (options.Number("--rounds", 5), options.Number("--seconds", 5));
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
            .. s_lanes.Select(lanes => ($"one writer, lanes: {lanes}", new[] { Writer(lanes) })),
        ];
        var samples = ways.ToDictionary(way => way.Name, _ => new List<LoopSample>());
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var (name, writers) in ways)
            {
                var sample = await Measure(writers, seconds, postgres.ProcessId);
                if (round > 0) samples[name].Add(sample);
            }
        }

        Console.WriteLine("| 30 kinds of writes from 300 people | writes/s | of a writer each | p50 ms | p99 ms | silo us | PostgreSQL us |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach (var (name, _) in ways)
        {
            double Median(Func<LoopSample, double> of) => samples[name].Select(of).Order().ElementAt(samples[name].Count / 2);
            var ratio = samples[name].Zip(samples[ways[0].Name], (mine, each) => mine.Rate / each.Rate).Order().ElementAt(rounds / 2);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {Median(s => s.Rate):0} | {ratio:0.00} | {Median(s => s.P50):0.0} | {Median(s => s.P99):0.0} | {Median(s => s.SiloMicros):0.0} | {Median(s => s.PostgresMicros):0.0} |"));
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
