using Npgsql;
using OrleansSocial.Chat;
using OrleansSocial.Realtime;
using Support;

namespace OrleansSocial.Kernel;

/// <summary>The log of events as a source of what people are told.</summary>
[Collection(ChatServerUsers.Name)]
public sealed class EventLogTests(ChatServer server) : ChangeSourceSuite
{
    [Fact]
    public async Task An_event_is_stored_with_its_write_or_not_at_all()
    {
        await using var ground = await EventGround.Create(server);
        var since = await ground.Horizon();

        var stored = await ground.Write(write => write.Say("stored"));
        var refused = await ground.Write(write => write.Say("poison"));

        Assert.Equal((CommitOutcome.Stored, CommitOutcome.Failed), (stored.Outcome, refused.Outcome));
        var told = Assert.Single(await ground.Read(ground.Reader, since)).Event;
        Assert.Equal(("test.said", new Said(ground.Reader, "stored"), ground.Reader.Value), (told.Type, told.Data, told.Topic));
        Assert.Empty(refused.Events);
    }

    [Fact]
    public async Task What_is_pushed_is_what_the_cursor_tells()
    {
        await using var ground = await EventGround.Create(server);
        var since = await ground.Horizon();

        var write = await ground.Write(write => write.Say("first").Say("second"));

        Assert.Equal((await ground.Read(ground.Reader, since)).Select(c => c.Event), write.Events.Select(PersonalEvents.Of));
        Assert.Equal(["first", "second"], write.Events.Select(e => ((Said)e.Happened).Text));
    }

    [Fact]
    public async Task Events_are_told_to_their_person_once_they_are_stored_and_applied()
    {
        var told = new Teller();
        await using var ground = await EventGround.Create(server, told);
        var applied = 0;
        var ledger = new Ledger(ground.Writer, Guid.NewGuid(), 0, new(10, CommonRefusals.Unavailable, _ => applied = told.All.Count + 1, static () => { }));

        await ledger.Commit(new SayingWrite(ledger, ground.Reader).Say("one").Say("two"));

        Assert.Equal(["one", "two"], told.All.Select(e => ((Said)e.Happened).Text));
        Assert.Equal(1, applied);
    }

    [Fact]
    public async Task Numbers_of_a_topic_rise_from_write_to_write()
    {
        await using var ground = await EventGround.Create(server);

        var numbers = new List<(ulong, int)>();
        foreach (var _ in Enumerable.Range(0, 5)) numbers.AddRange((await ground.Write(write => write.Say("a").Say("b"))).Events.Select(e => (e.Xid, e.Ordinal)));

        Assert.Equal(numbers.Order(), numbers);
        Assert.Equal(10, numbers.Distinct().Count());
    }

    [Fact]
    public async Task An_event_of_another_version_is_passed_over()
    {
        await using var ground = await EventGround.Create(server);
        var since = await ground.Horizon();
        await ground.Write(write => write.Say("known"));
        await PrivatePostgres.Execute(ground.Connection, "UPDATE events SET alias = 'test.of-tomorrow'");
        await ground.Write(write => write.Say("known"));

        Assert.Single(await ground.Read(ground.Reader, since));
    }

    [Fact]
    public async Task Days_ahead_have_their_partition_and_making_them_again_changes_nothing()
    {
        await using var ground = await EventGround.Create(server);
        const string Count = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'events'::regclass";
        var before = await FencedDatabase.Scalar<long>(ground.Database, Count);

        await PrivatePostgres.Execute(ground.Connection, "SELECT social_event_days(3); SELECT social_event_days(5)");

        Assert.Equal((4, 6), (before, await FencedDatabase.Scalar<long>(ground.Database, Count)));
    }

    internal override async Task<ChangeGround> Make() => await EventGround.Create(server);

    private sealed class Teller : IPersonalEvents
    {
        public List<StoredEvent> All { get; } = [];

        public void Tell(StoredEvent stored) => All.Add(stored);
    }
}

/// <summary>A person was told something.</summary>
[GenerateSerializer, Immutable, Alias("test.said"), Told("test.said")]
public sealed record Said([property: Id(0)] UserId To, [property: Id(1)] string Text) : IPersonal;

/// <summary>Tells somebody several things, with a row that PostgreSQL refuses where one of them is poison.</summary>
internal sealed class SayingWrite(Ledger owner, UserId to) : Write(owner)
{
    private static readonly Statement<string> s_rows = new("INSERT INTO said (text) SELECT * FROM unnest($1::text[])", columns => columns.Text(text => text));

    private readonly List<string> _texts = [];

    public override int Chars => 0;

    public SayingWrite Say(string text)
    {
        _texts.Add(text);
        return this;
    }

    public override void Render(Rows rows)
    {
        foreach (var text in _texts)
        {
            rows.Add(s_rows, text);
            rows.Happened(this, new Said(to, text));
        }
    }
}

/// <summary>The log of events over a database of its own.</summary>
internal sealed class EventGround : ChangeGround
{
    private static readonly EventLog s_log = new(new([new(typeof(Said).Assembly)]));

    private EventGround(string connection, Database database, GroupCommit writer)
        : base(database, new EventChangeSource(s_log)) => (Connection, Writer) = (connection, writer);

    public string Connection { get; }

    public GroupCommit Writer { get; }

    public static async Task<EventGround> Create(ChatServer server, IPersonalEvents? people = null)
    {
        var connection = await server.Postgres.CreateDatabase(FencedDatabase.Migrations);
        await PrivatePostgres.Execute(connection, "CREATE TABLE said (text text NOT NULL CHECK (text <> 'poison'))");
        var fence = await FencedDatabase.PutUp(connection);
        var database = new Database(connection, new DatabaseOptions(), fence, TimeProvider.System);
        return new(connection, database, FencedDatabase.Writer(database, fence, new() { LanesMax = 1 }, people));
    }

    /// <summary>One write, until it has ended.</summary>
    public async Task<SayingWrite> Write(Action<SayingWrite> say)
    {
        var write = new SayingWrite(new(Writer, Guid.NewGuid(), 0, new(10, CommonRefusals.Unavailable, static _ => { }, static () => { })), Reader);
        say(write);
        Assert.True(Writer.TryAdd(write));
        await write.End;
        return write;
    }

    public override Task Change(int count) => Write(write =>
    {
        for (var i = 0; i < count; i++) write.Say($"{i}");
    });

    public override async Task Change(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(
            """INSERT INTO events (day, ordinal, alias, topic, slot, audience, at, data) VALUES ((now() AT TIME ZONE 'utc')::date, 1, 'test.said', $1, 0, $1, now(), '{"To": "00000001-0000-0000-0000-000000000000", "Text": "late"}')""",
            connection) { Parameters = { Sql.Uuid(Reader) } };
        await command.ExecuteNonQueryAsync();
    }
}
