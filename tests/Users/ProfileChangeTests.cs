using Microsoft.Extensions.Options;
using Npgsql;
using OrleansSocial.Chat;
using OrleansSocial.Realtime;
using Support;

namespace OrleansSocial.Users;

/// <summary>Changed profiles as a source of what people are told.</summary>
[Collection(ChatServerUsers.Name)]
public sealed class ProfileChangeTests(ChatServer server) : ChangeSourceSuite
{
    [Fact]
    public async Task A_profile_that_was_only_made_is_no_news()
    {
        await using var ground = await ProfileGround.Create(server);
        var since = await ground.Horizon();

        await ground.Commit(ground.Profile(1) with { Id = UserId.From(Guid.NewGuid()), Version = 1 });
        await ground.Commit(ground.Profile(2) with { DisplayName = "Changed", Version = 2 });

        Assert.Equal([ground.Profile(2) with { DisplayName = "Changed", Version = 2 }], (await ground.Read(ground.Reader, since))!.Select(change => change.Event.Data));
    }

    [Fact]
    public async Task Of_a_profile_that_changed_often_the_last_is_told_as_it_was_pushed()
    {
        await using var ground = await ProfileGround.Create(server);
        var since = await ground.Horizon();

        foreach (var version in Enumerable.Range(2, 5)) await ground.Commit(ground.Profile(1) with { Bio = $"{version}", Version = version });

        var told = Assert.Single((await ground.Read(ground.Reader, since))!).Event;
        Assert.Equal(ProfileEvents.Changed(ground.Profile(1) with { Bio = "6", Version = 6 }), told);
        Assert.Equal((ground.Profile(1).Id.Value, 1L, 6), (told.Topic, told.Seq, told.Version));
    }

    [Fact]
    public async Task Beyond_what_is_looked_at_one_event_says_that_any_may_have_changed_and_each_further_change_makes_another()
    {
        await using var ground = await ProfileGround.Create(server, lookedAt: 10);
        var since = await ground.Horizon();
        foreach (var _ in Enumerable.Range(0, 10)) await ground.Change(1);
        var all = (await ground.Read(ground.Reader, since))!;
        Assert.Equal(10, all.Count(change => change.Event.Type == UsersLive.ProfileChanged.Name));

        await ground.Change(1);
        var stale = Assert.Single((await ground.Read(ground.Reader, since))!);
        var again = Assert.Single((await ground.Read(ground.Reader, since))!);
        await ground.Change(1);
        var next = Assert.Single((await ground.Read(ground.Stranger, since))!);

        Assert.Equal((UsersLive.ProfilesStale.Name, new ProfilesStale(), all[0].Xid), (stale.Event.Type, stale.Event.Data, stale.Xid));
        Assert.Equal(stale.Event, again.Event);
        Assert.True(next.Event.Seq > stale.Event.Seq, "a further change is another event");
        Assert.Equal(all[0].Xid, next.Xid);

        // From within, whoever reads on is told the rest.
        Assert.Single((await ground.Read(ground.Reader, all[0].Xid + 1))!);
        Assert.Equal(10, (await ground.Read(ground.Reader, all[1].Xid + 1))!.Count);
    }

    [Fact]
    public async Task What_another_history_has_numbered_is_not_told_again_and_again()
    {
        await using var ground = await ProfileGround.Create(server);
        var since = await ground.Horizon();

        await PrivatePostgres.Execute(ground.Connection, "UPDATE profiles SET version = 2, xid = '4000000000'::xid8");

        Assert.Empty((await ground.Read(ground.Reader, since))!);
    }

    [Fact]
    public async Task A_change_of_another_version_than_the_stored_one_fails()
    {
        await using var ground = await ProfileGround.Create(server);

        Assert.Equal(CommitOutcome.Failed, await ground.TryCommit(ground.Profile(1) with { Bio = "skipped one", Version = 3 }));
        Assert.Equal(CommitOutcome.Failed, await ground.TryCommit(ground.Profile(1) with { Bio = "made twice", Version = 1 }));
        Assert.Equal(CommitOutcome.Stored, await ground.TryCommit(ground.Profile(1) with { Bio = "next", Version = 2 }));
    }

    internal override async Task<ChangeGround> Make() => await ProfileGround.Create(server);

    /// <summary>A group of the reader with many people who change their profiles one after the other.</summary>
    private sealed class ProfileGround : ChangeGround
    {
        private const int People = 250;
        private readonly List<ProfileView> _profiles;
        private int _next;

        private ProfileGround(Database database, GroupCommit writer, string connection, int lookedAt)
            : base(database, new ProfileChangeStore(Options.Create(new UsersOptions { ReplayProfilesMax = lookedAt })))
        {
            (Writer, Connection) = (writer, connection);
            _profiles = [.. Enumerable.Range(0, People).Select(i => new ProfileView(UserId.From(Guid.NewGuid()), $"p{i}", $"P {i}", "", DateTimeOffset.UnixEpoch, 1))];
        }

        public string Connection { get; }

        private GroupCommit Writer { get; }

        public static async Task<ProfileGround> Create(ChatServer server, int lookedAt = 2_000)
        {
            var connection = await server.Postgres.Database();
            var fence = await FencedDatabase.PutUp(connection);
            var database = new Database(connection, new DatabaseOptions(), fence, TimeProvider.System);
            var ground = new ProfileGround(database, FencedDatabase.Writer(database, fence), connection, lookedAt);
            await Task.WhenAll(ground._profiles.Select(ground.Commit));
            var members = string.Join(", ", ground._profiles.Select(profile => profile.Id).Append(ground.Reader).Select(user => $"('{Guid.Empty}', '{user}', 1, 0, 1)"));
            await PrivatePostgres.Execute(connection, $"INSERT INTO members (conversation_id, user_id, joined_seq, read_seq, role) VALUES {members}");
            return ground;
        }

        /// <summary>One of the people, as they began.</summary>
        public ProfileView Profile(int i) => _profiles[i];

        public async Task Commit(ProfileView profile) => Assert.Equal(CommitOutcome.Stored, await TryCommit(profile));

        public Task<CommitOutcome> TryCommit(ProfileView profile)
        {
            var write = new ProfileWrite(Writer.NewLedger(), profile);
            Assert.True(Writer.TryAdd(write));
            return write.End;
        }

        public override Task Change(int count) => Task.WhenAll(Enumerable.Range(0, count).Select(_ => Commit(Next())));

        public override async Task Change(NpgsqlConnection connection)
        {
            await using var command = new NpgsqlCommand("UPDATE profiles SET version = version + 1, xid = pg_current_xact_id() WHERE user_id = $1", connection) { Parameters = { Sql.Uuid(Next().Id) } };
            Assert.Equal(1, await command.ExecuteNonQueryAsync());
        }

        private ProfileView Next() => _profiles[_next++] with { Bio = "changed", Version = 2 };
    }
}
