using Support;

namespace OrleansSocial.Kernel;

/// <summary>The writer of a silo with the rows of two slices; what it does with conversations is tested there.</summary>
public sealed class SharedWriterTests : IAsyncLifetime
{
    private static readonly Statement<(int Key, string Text)> s_one = new(
        "INSERT INTO one (key, text) SELECT * FROM unnest($1::int4[], $2::text[])",
        columns => columns.Int(r => r.Key).Text(r => r.Text));

    private static readonly Statement<int> s_two = new(
        "INSERT INTO two (key) SELECT * FROM unnest($1::int4[])", columns => columns.Int(key => key), order: 1);

    private static readonly Statement<(int Key, int Count)> s_counted = new(
        "UPDATE one SET count = count + i.n FROM unnest($1::int4[], $2::int4[]) AS i(k, n) WHERE key = i.k",
        columns => columns.Int(r => r.Key).Int(r => r.Count),
        order: 2) { Merge = new(r => r.Key, (a, b) => (a.Key, a.Count + b.Count)) };

    private string _connection = null!;
    private Database _database = null!;
    private GroupCommit _writer = null!;

    public async ValueTask InitializeAsync()
    {
        _connection = await TestServer.NewDatabase();
        await PrivatePostgres.Execute(
            _connection,
            """
            CREATE TABLE one (key int PRIMARY KEY, text text NOT NULL CHECK (text <> 'poison'), count int NOT NULL DEFAULT 0, xid xid8 NOT NULL DEFAULT pg_current_xact_id());
            CREATE TABLE two (key int PRIMARY KEY REFERENCES one (key), xid xid8 NOT NULL DEFAULT pg_current_xact_id())
            """);
        var fence = await FencedDatabase.PutUp(_connection);
        _database = new(_connection, new DatabaseOptions(), fence, TimeProvider.System);
        _writer = FencedDatabase.Writer(_database, fence, new() { LanesMax = 1 });
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Rows_of_different_slices_share_a_transaction_and_each_kind_is_one_statement()
    {
        List<Task<CommitOutcome>> ends = [];
        await using (await HoldWrites())
        {
            ends.Add(Add(new(NewLedger(), rows => rows.Add(s_one, (0, "first")))));
            await WriteIsWaiting();

            // Whoever adds the later kind first does not come first.
            foreach (var key in Enumerable.Range(1, 20))
            {
                ends.Add(Add(new(NewLedger(), rows =>
                {
                    rows.Add(s_two, key);
                    rows.Add(s_one, (key, "text"));
                })));
            }
        }

        Assert.All(await Task.WhenAll(ends), end => Assert.Equal(CommitOutcome.Stored, end));
        Assert.Equal(1, await Ask<long>("SELECT count(DISTINCT xid) FROM (SELECT xid FROM one WHERE key > 0 UNION ALL SELECT xid FROM two) AS t"));
        Assert.Equal(20, await Ask<long>("SELECT count(*) FROM two"));
    }

    [Fact]
    public async Task All_rows_of_a_write_are_stored_or_none_and_its_neighbours_are()
    {
        var (good, bad) = (NewLedger(), NewLedger());
        List<Task<CommitOutcome>> ends = [];
        await using (await HoldWrites())
        {
            ends.Add(Add(new(good, rows => rows.Add(s_one, (1, "before")))));
            await WriteIsWaiting();
            ends.Add(Add(new(bad, rows =>
            {
                rows.Add(s_one, (2, "poison"));
                rows.Add(s_two, 1);
            })));
            ends.Add(Add(new(good, rows => rows.Add(s_one, (3, "after")))));
            ends.Add(Add(new(bad, rows => rows.Add(s_one, (4, "behind")))));
        }

        Assert.Equal([CommitOutcome.Stored, CommitOutcome.Failed, CommitOutcome.Stored, CommitOutcome.Failed], await Task.WhenAll(ends));
        Assert.Equal("1,3", await Ask<string>("SELECT string_agg(key::text, ',' ORDER BY key) FROM one"));
        Assert.Equal(0, await Ask<long>("SELECT count(*) FROM two"));
        Assert.True(bad.IsBroken);
        Assert.False(good.IsBroken);
    }

    [Fact]
    public async Task Rows_that_say_of_the_same_become_one()
    {
        await _writer.Store(s_one, (1, "text"));
        List<Task<CommitOutcome>> ends = [];
        await using (await HoldWrites())
        {
            foreach (var _ in Enumerable.Range(0, 30)) ends.Add(Add(new(NewLedger(), rows => rows.Add(s_counted, (1, 2)))));
        }

        Assert.All(await Task.WhenAll(ends), end => Assert.Equal(CommitOutcome.Stored, end));
        Assert.Equal(60, await Ask<int>("SELECT count FROM one"));
    }

    [Fact]
    public async Task A_write_that_meets_other_rows_than_it_must_fails_alone_and_nothing_of_it_is_stored()
    {
        List<Task<CommitOutcome>> ends = [];
        await using (await HoldWrites())
        {
            ends.Add(Add(new(NewLedger(), rows => rows.Add(s_one, (1, "first")))));
            await WriteIsWaiting();
            ends.Add(Add(new(NewLedger(), rows =>
            {
                rows.Add(s_one, (2, "text"));
                rows.Add(s_counted, (9, 1));
            })));
            ends.Add(Add(new(NewLedger(), rows => rows.Add(s_counted, (1, 1)))));
        }

        Assert.Equal([CommitOutcome.Stored, CommitOutcome.Failed, CommitOutcome.Stored], await Task.WhenAll(ends));
        Assert.Equal("1", await Ask<string>("SELECT string_agg(key::text, ',') FROM one"));
        await Assert.ThrowsAsync<DatabaseUnavailableException>(() => _writer.Store(s_counted, (9, 1)));
    }

    [Fact]
    public async Task Writes_are_applied_in_their_order_whoever_wakes_first_and_none_follows_one_that_failed()
    {
        var (applied, ended) = (new List<Write>(), 0);
        var ledger = new Ledger(_writer, Guid.NewGuid(), 0, new(3, CommonRefusals.KeyReused, applied.Add, () => ended++));
        TestWrite Text(int key, string text) => new(ledger, rows => rows.Add(s_one, (key, text)));
        List<TestWrite> writes;
        Refusal? beyond;
        await using (await HoldWrites())
        {
            writes = [Text(1, "a"), Text(2, "poison"), Text(3, "c")];
            foreach (var write in writes) Assert.Null(ledger.Add(write));
            beyond = ledger.Add(Text(4, "d"));
        }

        Assert.Equal(CommitOutcome.Failed, await writes[2].End);
        ledger.Settle();
        Assert.Equal(writes, applied);
        Assert.Equal(CommonRefusals.KeyReused, beyond);
        Assert.Equal(2, ended);
        Assert.Equal(CommonRefusals.Unavailable, await ledger.Commit(Text(5, "e")));
    }

    private Ledger NewLedger() => new(_writer, Guid.NewGuid(), 0, new(100, CommonRefusals.Unavailable, static _ => { }, static () => { }));

    private Task<CommitOutcome> Add(TestWrite write)
    {
        Assert.True(_writer.TryAdd(write));
        return write.End;
    }

    private Task<IAsyncDisposable> HoldWrites() => FencedDatabase.HoldWrites(_database);

    private Task WriteIsWaiting() => FencedDatabase.WriteIsWaiting(_database);

    private Task<T> Ask<T>(string sql) => FencedDatabase.Scalar<T>(_database, sql);

    private sealed class TestWrite(Ledger owner, Action<Rows> render) : Write(owner)
    {
        public override int Chars => 1;

        public override void Render(Rows rows) => render(rows);
    }
}
