using Npgsql;

namespace OrleansSocial.Kernel;

/// <summary>What the silos of one database share, and no other cluster has.</summary>
public sealed class ClusterKeyTests
{
    private static readonly Guid s_alice = new("0198f3a2-0000-7000-8000-00000000a11c");
    private static readonly Guid s_bob = new("0198f3a2-0000-7000-8000-000000000b0b");

    [Fact]
    public async Task Silos_that_start_together_have_one_key_and_another_database_has_another()
    {
        var (one, other) = (await TestServer.NewDatabase(), await TestServer.NewDatabase());

        var marks = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => MarkAfterStart(one)));

        Assert.Single(marks.Distinct());
        Assert.Equal(marks[0], await MarkAfterStart(one));
        Assert.NotEqual(marks[0], await MarkAfterStart(other));
        await using var database = NpgsqlDataSource.Create(one);
        await using var count = database.CreateCommand("SELECT count(*) FROM cluster_key");
        Assert.Equal(1L, await count.ExecuteScalarAsync());
    }

    [Fact]
    public void A_mark_is_of_one_use_one_owner_and_one_text()
    {
        string[] marks =
        [
            Mark(Keys.Of(1), "list", s_alice, "text"), Mark(Keys.Of(2), "list", s_alice, "text"), Mark(Keys.Of(1), "lists", s_alice, "text"),
            Mark(Keys.Of(1), "list", s_bob, "text"), Mark(Keys.Of(1), "list", s_alice, "texts"), Mark(Keys.Of(1), "lis", s_alice, "ttext"),
        ];

        Assert.Equal(marks.Length, marks.Distinct().Count());
        Assert.Equal(marks[0], Mark(Keys.Of(1), "list", s_alice, "text"));
    }

    [Fact]
    public void Nothing_is_marked_before_the_key_is_known() =>
        Assert.Throws<InvalidOperationException>(() => Mark(new ClusterKey(), "list", s_alice, "text"));

    private static async Task<string> MarkAfterStart(string connection)
    {
        var key = new ClusterKey();
        await using var database = new Database(connection, new DatabaseOptions(), new WriteFence(), TimeProvider.System);
        await new ClusterKeyReading(database, key).StartAsync(CancellationToken.None);
        return Mark(key, "list", s_alice, "text");
    }

    private static string Mark(ClusterKey key, string use, Guid owner, string text)
    {
        var mark = new byte[ClusterKey.MarkBytes];
        key.Mark(use, owner, System.Text.Encoding.UTF8.GetBytes(text), mark);
        Assert.True(key.Knows(use, owner, System.Text.Encoding.UTF8.GetBytes(text), mark));
        return Convert.ToHexString(mark);
    }
}
