using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using OrleansSocial.Identity;
using Support;

namespace OrleansSocial.Kernel;

/// <summary>What a slice does because of events, in a running application.</summary>
public sealed class SubscriberTests
{
    [Fact]
    public async Task Every_event_has_its_effect_once_and_those_of_a_topic_in_their_order()
    {
        await using var listener = await Listener.Start();

        var people = Enumerable.Range(0, 25).Select(_ => UserId.From(Guid.NewGuid())).ToList();
        await Task.WhenAll(people.Select(async person =>
        {
            for (var i = 0; i < 20; i++) await listener.Say(person, $"{i}");
        }));

        await listener.Heard(500);
        var heard = await listener.All();
        Assert.Equal(500, heard.Select(one => one.Id).Distinct().Count());
        Assert.All(people, person => Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i}"), heard.Where(one => one.To == person).Select(one => one.Text)));
        await Eventually(() => Assert.Equal(TimeSpan.Zero, listener.Metrics.LagOf("test.listener")));
    }

    [Fact]
    public async Task A_subscriber_that_is_new_hears_everything_from_the_start_of_the_log()
    {
        string connection;
        await using (var before = await Listener.Start(name: null))
        {
            connection = before.Host.ConnectionString;
            for (var i = 0; i < 30; i++) await before.Say(UserId.From(Guid.NewGuid()), "long ago");
        }

        await using var listener = await Listener.Start(connection: connection);
        await listener.Say(UserId.From(Guid.NewGuid()), "now");

        await listener.Heard(31);
    }

    [Fact]
    public async Task After_a_restart_it_goes_on_where_it_was()
    {
        string connection;
        await using (var before = await Listener.Start())
        {
            connection = before.Host.ConnectionString;
            for (var i = 0; i < 30; i++) await before.Say(UserId.From(Guid.NewGuid()), "before");
            await before.Heard(30);
        }

        // Were one handled again, its second row would be refused and it would be parked.
        await using var listener = await Listener.Start(connection: connection);
        await listener.Say(UserId.From(Guid.NewGuid()), "after");

        await listener.Heard(31);
        Assert.Empty(await listener.Parked());
    }

    [Fact]
    public async Task An_event_that_commits_late_is_handled_and_holds_nothing_back()
    {
        await using var listener = await Listener.Start();
        await using var source = NpgsqlDataSource.Create(listener.Host.ConnectionString);
        await using var connection = await source.OpenConnectionAsync();
        await using var late = await connection.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand(EventGround.LateSql, connection, late) { Parameters = { Sql.Uuid(Guid.NewGuid()) } }) await command.ExecuteNonQueryAsync();

        for (var i = 0; i < 20; i++) await listener.Say(UserId.From(Guid.NewGuid()), "early");
        await listener.Heard(20);
        await late.CommitAsync();

        await listener.Heard(21);
        Assert.Equal("late", (await listener.All())[^1].Text);
    }

    [Theory]
    [InlineData("poison in the handler", "InvalidOperationException: This text is poison.")]
    [InlineData("poison in the row", "InvalidOperationException: PostgreSQL refused what the handler wants stored.")]
    public async Task An_event_that_cannot_be_handled_is_parked_alone_and_handled_when_an_operator_asks(string poison, string error)
    {
        await using var listener = await Listener.Start();
        var (alice, bob) = (UserId.From(Guid.NewGuid()), UserId.From(Guid.NewGuid()));
        await PrivatePostgres.Execute(listener.Host.ConnectionString, "ALTER TABLE heard ADD CONSTRAINT fit CHECK (text <> 'poison in the row')");

        await Task.WhenAll(listener.Say(alice, poison, "behind it"), listener.Say(bob, "beside it", "and more"));

        await listener.Heard(3);
        var parked = Assert.Single(await listener.Parked());
        Assert.Equal((2, error, alice.Value), (parked.Attempts, parked.Error, parked.Topic));
        Assert.Equal(["behind it"], (await listener.All()).Where(one => one.To == alice).Select(one => one.Text));

        var replay = $"/v1/admin/events/parked/test.listener/{parked.Id}/replay";
        var (operates, other) = (await listener.Host.Person("operator"), await listener.Host.Person("other"));
        listener.Operator = operates.Handle;
        Assert.Equal(HttpStatusCode.Forbidden, (await other.Send(HttpMethod.Post, replay)).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await operates.Send(HttpMethod.Post, replay)).StatusCode);
        var view = Assert.Single((await operates.Get<ParkedList>("/v1/admin/events/parked?subscriber=test.listener")).Items);
        Assert.Equal((parked.Id, 3, "test.said"), (view.Id, view.Attempts, view.Alias));
        listener.Poisonous = false;
        await PrivatePostgres.Execute(listener.Host.ConnectionString, "ALTER TABLE heard DROP CONSTRAINT fit");
        Assert.Equal(HttpStatusCode.NoContent, (await operates.Send(HttpMethod.Post, replay)).StatusCode);

        Assert.Equal(HttpStatusCode.NotFound, (await operates.Send(HttpMethod.Post, replay)).StatusCode);
        await listener.Heard(4);
    }

    [Fact]
    public async Task However_much_waits_behind_an_event_that_fails_the_topics_beside_it_go_on()
    {
        await using var listener = await Listener.Start(attempts: 100, batch: 20);
        var alice = UserId.From(Guid.NewGuid());
        await listener.Say(alice, ["poison in the handler", .. Enumerable.Range(0, 200).Select(i => $"{i}")]);
        var beside = Enumerable.Range(0, 1000).Select(_ => UserId.From(Guid.NewGuid())).Where(one => SubscriberPart.Of(one) == SubscriberPart.Of(alice)).Take(30).ToList();
        foreach (var person in beside) await listener.Say(person, "beside it");

        await listener.Heard(30);
        Assert.Empty(await listener.Parked());
        listener.Poisonous = false;

        await listener.Heard(231);
        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"{i}").Prepend("poison in the handler"), (await listener.All()).Where(one => one.To == alice).Select(one => one.Text));
    }

    [Fact]
    public async Task An_event_that_is_given_up_is_never_handled()
    {
        await using var listener = await Listener.Start();
        await listener.Say(UserId.From(Guid.NewGuid()), "poison in the handler");
        await Eventually(async () => Assert.Single(await listener.Parked()));

        var operates = await listener.Host.Person("operator");
        listener.Operator = operates.Handle;
        var path = $"/v1/admin/events/parked/test.listener/{(await listener.Parked())[0].Id}";
        Assert.Equal(HttpStatusCode.NoContent, (await operates.Send(HttpMethod.Delete, path)).StatusCode);

        Assert.Equal(HttpStatusCode.NoContent, (await operates.Send(HttpMethod.Delete, path)).StatusCode);
        Assert.Empty(await listener.Parked());
        await listener.Heard(0);
    }

    [Fact]
    public async Task Connections_that_are_cut_again_and_again_lose_and_double_no_effect()
    {
        await using var listener = await Listener.Start();
        var people = Enumerable.Range(0, 8).Select(_ => UserId.From(Guid.NewGuid())).ToList();

        var said = 0;
        foreach (var _ in Enumerable.Range(0, 20))
        {
            await PrivatePostgres.Execute(
                listener.Host.ConnectionString, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND query NOT LIKE '%heartbeats%'");
            foreach (var person in people)
            {
                if (await listener.TrySay(person, $"{said}")) said++;
            }
        }

        Assert.True(said > 20, $"{said} events");
        await listener.Heard(said, atLeast: true);
        Assert.Empty(await listener.Parked());
        var stored = await FencedDatabase.Scalar<long>(listener.Database, "SELECT count(*) FROM events WHERE alias = 'test.said'");
        await listener.Heard((int)stored);
    }

    [Fact]
    public async Task What_is_due_happens_once_at_its_time_also_when_it_is_ten_thousand_in_the_same_second()
    {
        const int Many = 10_000;
        await using var listener = await Listener.Start();
        var now = TimeProvider.System.GetUtcNow();
        var (putOff, takenBack) = (UserId.From(Guid.NewGuid()), UserId.From(Guid.NewGuid()));

        await listener.Write(effects =>
        {
            effects.Due(now.AddSeconds(2), new Said(putOff, "too early"));
            effects.Due(now.AddSeconds(2), new Said(takenBack, "never"));
            for (var i = 0; i < Many; i++) effects.Due(now.AddSeconds(2), new Said(UserId.From(Guid.NewGuid()), "due"));
        });
        await listener.Write(effects =>
        {
            effects.Due(now.AddSeconds(3), new Said(putOff, "later"));
            effects.NotDue<Said>(takenBack);
        });

        await listener.Heard(Many + 1);
        Assert.Equal(Many, (await listener.All()).Count(one => one.Text == "due"));
        Assert.DoesNotContain(await listener.All(), one => one.Text is "too early" or "never");
        Assert.Equal(0, await FencedDatabase.Scalar<long>(listener.Database, "SELECT count(*) FROM event_due"));
        Assert.True(await FencedDatabase.Scalar<bool>(listener.Database, $"SELECT min(at) >= to_timestamp({now.AddSeconds(2).ToUnixTimeMilliseconds()} / 1000.0) - interval '1 ms' FROM events WHERE data->>'Text' = 'due'"));
    }

    [Fact]
    public async Task What_came_due_while_nothing_ran_happens_once_at_the_next_start()
    {
        string connection;
        await using (var before = await Listener.Start())
        {
            connection = before.Host.ConnectionString;
            var inAnHour = TimeProvider.System.GetUtcNow().AddHours(1);
            await before.Write(effects =>
            {
                for (var i = 0; i < 30; i++) effects.Due(inAnHour, new Said(UserId.From(Guid.NewGuid()), "overdue"));
            });
        }

        await PrivatePostgres.Execute(connection, "UPDATE event_due SET at = now() - interval '10 hours'");
        await using var listener = await Listener.Start(connection: connection);

        await listener.Heard(30);
        Assert.Equal(0, await FencedDatabase.Scalar<long>(listener.Database, "SELECT count(*) FROM event_due"));
    }

    /// <summary>An application with a subscriber that writes down what it hears.</summary>
    private sealed class Listener : IAsyncDisposable
    {
        private static readonly Statement<(Guid Id, Said Said)> s_heard = new(
            "INSERT INTO heard (id, who, text) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[])",
            columns => columns.Uuid(r => r.Id).Uuid(r => r.Said.To).Text(r => r.Said.Text));

        public volatile bool Poisonous = true;

        /// <summary>The handle of who operates this application.</summary>
        public string Operator
        {
            set => Host.Services.GetRequiredService<IOptions<AdminOptions>>().Value.Handles = value;
        }

        public SocialHost Host { get; private set; } = null!;

        public Database Database => Host.Services.GetRequiredService<Database>();

        public SubscriberMetrics Metrics => Host.Services.GetRequiredService<SubscriberMetrics>();

        private GroupCommit Writer => Host.Services.GetRequiredService<GroupCommit>();

        public static async Task<Listener> Start(string? name = "test.listener", string? connection = null, int attempts = 2, int batch = 500)
        {
            var listener = new Listener();
            listener.Host = await SocialHost.Start(connection, app =>
            {
                app.Configuration["Social:Events:AttemptsMax"] = $"{attempts}";
                app.Configuration["Social:Events:BatchEventsMax"] = $"{batch}";
                app.Configuration["Social:Events:RetrySecondsMax"] = "1";
                app.Configuration["Social:Events:PollSeconds"] = "1";
                app.Services.AddSingleton(new EventAssembly(typeof(Said).Assembly));
                if (name is not null) app.Services.AddSingleton(new Subscription(name).On<Said>(listener.Hear));
            });
            await PrivatePostgres.Execute(listener.Host.ConnectionString, "CREATE TABLE IF NOT EXISTS heard (n bigint GENERATED ALWAYS AS IDENTITY, id uuid PRIMARY KEY, who uuid NOT NULL, text text NOT NULL)");
            return listener;
        }

        public async Task Say(UserId to, params string[] texts) => Assert.True(await TrySay(to, texts));

        public Task<bool> TrySay(UserId to, params string[] texts) => Commit(effects =>
        {
            foreach (var text in texts) effects.Happened(new Said(to, text));
        });

        public async Task Write(Action<Effects> add) => Assert.True(await Commit(add));

        public async Task Heard(int count, bool atLeast = false) => await Eventually(async () =>
        {
            var heard = await FencedDatabase.Scalar<long>(Database, "SELECT count(*) FROM heard");
            if (atLeast) Assert.True(heard >= count, $"{heard} of {count}");
            else Assert.Equal(count, heard);
        });

        public Task<List<(Guid Id, UserId To, string Text)>> All() => Database.Use(async (connection, cancellation) =>
        {
            await using var command = new NpgsqlCommand("SELECT id, who, text FROM heard ORDER BY n", connection);
            await using var row = await command.ExecuteReaderAsync(cancellation);
            var all = new List<(Guid, UserId, string)>();
            while (await row.ReadAsync(cancellation)) all.Add((row.GetGuid(0), UserId.From(row.GetGuid(1)), row.GetString(2)));
            return all;
        });

        public Task<List<ParkedEvent>> Parked() => Host.Services.GetRequiredService<SubscriberStore>().ReadParked(null, null, 100);

        public ValueTask DisposeAsync() => Host.DisposeAsync();

        private ValueTask Hear(Said said, StoredEvent stored, Effects effects)
        {
            if (Poisonous && said.Text == "poison in the handler") throw new InvalidOperationException("This text is poison.");
            effects.Add(s_heard, (stored.Id, said));
            return ValueTask.CompletedTask;
        }

        private Task<bool> Commit(Action<Effects> add)
        {
            var effects = new Effects();
            add(effects);
            return Writer.TryStore(effects);
        }
    }
}
