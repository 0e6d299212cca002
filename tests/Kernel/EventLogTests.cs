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
        var told = Assert.Single((await ground.Read(ground.Reader, since))!).Event;
        Assert.Equal(("test.said", new Said(ground.Reader, "stored"), ground.Reader.Value), (told.Type, told.Data, told.Topic));
        Assert.Empty(refused.Events);
    }

    [Fact]
    public async Task What_is_pushed_is_what_the_cursor_tells()
    {
        await using var ground = await EventGround.Create(server);
        var since = await ground.Horizon();

        var write = await ground.Write(write => write.Say("first").Say("second"));

        Assert.Equal((await ground.Read(ground.Reader, since))!.Select(c => c.Event), write.Events.Select(PersonalEvents.Of));
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
        foreach (var _ in Enumerable.Range(0, 5)) numbers.AddRange((await ground.Write(write => write.Say("a").Say("b"))).Events.Select(e => (e.Place.Xid, e.Place.Ordinal)));

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

        Assert.Single((await ground.Read(ground.Reader, since))!);
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

    [Fact]
    public async Task Of_two_that_believe_to_own_a_part_one_moves_it_and_the_effects_of_the_other_are_not()
    {
        await using var ground = await EventGround.Create(server);
        var part = new SubscriberPart("test.owners", 3);
        var position = await new SubscriberStore(ground.Database).Load(part, ground.Fence);
        var moved = new MovedPosition(part, position with { Version = 1, Position = new(10, 2), Ahead = [new(11, 1), new(12, 3)] });

        var first = await ground.Commit(Effects("of the first"), moved);
        var second = await ground.Commit(Effects("of the second"), moved);

        Assert.Equal((true, false), (first, second));
        Assert.Equal("of the first", await FencedDatabase.Scalar<string>(ground.Database, "SELECT string_agg(text, ',') FROM said"));
        var now = await new SubscriberStore(ground.Database).Load(part, ground.Fence);
        Assert.Equal((1L, new EventPlace(10, 2)), (now.Version, now.Position));
        Assert.Equal([new(11, 1), new(12, 3)], now.Ahead);
    }

    [Fact]
    public async Task After_a_restore_into_another_history_positions_stand_where_they_stood()
    {
        await using var ground = await EventGround.Create(server);
        await PrivatePostgres.Execute(ground.Connection, "SELECT social_event_rebase()");
        await ground.Change(5);
        await ground.Change(5);
        var all = await ground.Stored();
        var part = new SubscriberPart("test.restored", SubscriberPart.Of(ground.Reader));
        var position = await new SubscriberStore(ground.Database).Load(part, ground.Fence);
        Assert.True(await ground.Commit(new(), new(part, position with { Version = 1, Position = all[6].Place, Ahead = [all[8].Place] })));

        await PrivatePostgres.Execute(ground.Connection, "UPDATE event_history SET history = 'of the server that was dumped'; SELECT social_event_rebase()");

        var (now, moved) = (await ground.Stored(), await new SubscriberStore(ground.Database).Load(part, ground.Fence));
        Assert.Equal(all.Select(one => one.Id), now.Select(one => one.Id));
        Assert.All(now, one => Assert.True(one.Place.Xid > all[^1].Place.Xid));
        Assert.Equal(now[6].Place, moved.Position);
        Assert.Equal([now[8].Place], moved.Ahead);
        Assert.False(await FencedDatabase.Scalar<bool>(ground.Database, "SELECT social_event_rebase()"));
    }

    [Fact]
    public async Task A_day_goes_when_no_cursor_reaches_back_to_it_and_every_subscriber_has_passed_it()
    {
        await using var ground = await EventGround.Create(server);
        await ground.Change(1);
        await PrivatePostgres.Execute(
            ground.Connection,
            """
            CREATE TABLE events_20200101 PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2020-01-02');
            UPDATE events SET day = '2020-01-01'
            """);
        var part = new SubscriberPart("test.pruned", 0);
        var position = await new SubscriberStore(ground.Database).Load(part, ground.Fence);
        Assert.Equal(new DateOnly(2020, 1, 1), position.Day);

        Assert.Equal(0, await Prune(100_000));
        Assert.Equal(0, await Prune(60));
        Assert.True(await ground.Commit(new(), new(part, position with { Version = 1, Position = new(ulong.MaxValue / 2, 0) })));
        Assert.Equal(1, await Prune(60));

        Assert.Equal(0, await FencedDatabase.Scalar<long>(ground.Database, "SELECT count(*) FROM events"));
        Task<int> Prune(int days) => FencedDatabase.Scalar<int>(ground.Database, $"SELECT social_event_prune({days})");
    }

    private static Effects Effects(string text)
    {
        var effects = new Effects();
        effects.Add(SayingWrite.Rows, text);
        return effects;
    }

    internal override async Task<ChangeGround> Make() => await EventGround.Create(server);

    private sealed class Teller : IPersonalEvents
    {
        public List<StoredEvent> All { get; } = [];

        public void Tell(StoredEvent stored) => All.Add(stored);

        public void Tell(UserId to, LiveEvent passing) => throw new NotSupportedException();
    }
}

/// <summary>A person was told something.</summary>
[GenerateSerializer, Immutable, Alias("test.said"), Told("test.said")]
public sealed record Said([property: Id(0)] UserId To, [property: Id(1)] string Text) : IPersonal;

/// <summary>Tells somebody several things, with a row that PostgreSQL refuses where one of them is poison.</summary>
internal sealed class SayingWrite(Ledger owner, UserId to) : Write(owner)
{
    public static readonly Statement<string> Rows = new("INSERT INTO said (text) SELECT * FROM unnest($1::text[])", columns => columns.Text(text => text));

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
            rows.Add(Rows, text);
            rows.Happened(this, new Said(to, text));
        }
    }
}

/// <summary>The log of events over a database of its own.</summary>
internal sealed class EventGround : ChangeGround
{
    /// <summary>Writes an event that tells somebody something, beside the writer.</summary>
    public const string LateSql =
        """
        INSERT INTO events (day, ordinal, id, alias, topic, slot, audience, at, data)
        VALUES ((now() AT TIME ZONE 'utc')::date, 1, gen_random_uuid(), 'test.said', $1, 0, $1, now(), jsonb_build_object('To', $1, 'Text', 'late'))
        """;

    private static readonly EventLog s_log = new(new([new(typeof(Said).Assembly)]), new());

    private EventGround(string connection, Database database, WriteFence fence, GroupCommit writer)
        : base(database, new EventChangeSource(s_log)) => (Connection, Fence, Writer) = (connection, fence, writer);

    public WriteFence Fence { get; }

    public string Connection { get; }

    public GroupCommit Writer { get; }

    public static async Task<EventGround> Create(ChatServer server, IPersonalEvents? people = null)
    {
        var connection = await server.Postgres.Database();
        await PrivatePostgres.Execute(connection, "CREATE TABLE said (text text NOT NULL CHECK (text <> 'poison'))");
        var fence = await FencedDatabase.PutUp(connection);
        var database = new Database(connection, new DatabaseOptions(), fence, TimeProvider.System);
        return new(connection, database, fence, FencedDatabase.Writer(database, fence, new() { LanesMax = 1 }, people));
    }

    /// <summary>One write, until it has ended.</summary>
    public async Task<SayingWrite> Write(Action<SayingWrite> say)
    {
        var write = new SayingWrite(Writer.NewLedger(), Reader);
        say(write);
        Assert.True(Writer.TryAdd(write));
        await write.End;
        return write;
    }

    /// <summary>Stores what a part of a subscriber does.</summary>
    public Task<bool> Commit(Effects effects, MovedPosition moved)
    {
        effects.Add(SubscriberStore.Moved, moved);
        return Writer.TryStore(effects);
    }

    /// <summary>All that the log holds.</summary>
    public async Task<IReadOnlyList<StoredEvent>> Stored() => (await Database.Use((connection, cancellation) =>
        s_log.Read(connection, EventPlace.Start, default, ["test.said"], (0, EventLog.Slots - 1), 1000, cancellation))).Events;

    public override Task Change(int count) => Write(write =>
    {
        for (var i = 0; i < count; i++) write.Say($"{i}");
    });

    public override async Task Change(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(
            LateSql,
            connection) { Parameters = { Sql.Uuid(Reader) } };
        await command.ExecuteNonQueryAsync();
    }
}
