using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace OrleansSocial.Migrations;

public sealed class MigratorTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("social-migrations-");

    [Fact]
    public async Task Files_are_applied_in_the_order_of_their_numbers_and_once()
    {
        var postgres = await TestServer.EmptyDatabase();
        File("0010_second.sql", "INSERT INTO told VALUES ('second')");
        File("0002_first.sql", "CREATE TABLE told (what text); INSERT INTO told VALUES ('first')");

        await Migrate(postgres);
        await Migrate(postgres);

        Assert.Equal(["first", "second"], await Told(postgres));
    }

    [Fact]
    public async Task Nodes_that_start_together_apply_each_file_once()
    {
        var postgres = await TestServer.EmptyDatabase();
        File("0001_told.sql", "CREATE TABLE told (what text)");
        File("0002_slow.sql", "SELECT pg_sleep(0.05); INSERT INTO told VALUES ('once')");

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Migrate(postgres)));

        Assert.Equal(["once"], await Told(postgres));
    }

    [Fact]
    public async Task A_file_that_fails_leaves_nothing_behind_and_is_named()
    {
        var postgres = await TestServer.EmptyDatabase();
        File("0001_told.sql", "CREATE TABLE told (what text)");
        File("0002_half.sql", "INSERT INTO told VALUES ('half'); SELECT 1 / 0");

        var refused = await Assert.ThrowsAsync<StartRefusedException>(() => Migrate(postgres));

        Assert.Contains("0002_half.sql", refused.Message, StringComparison.Ordinal);
        Assert.Contains("division by zero", refused.Message, StringComparison.Ordinal);
        Assert.Empty(await Told(postgres));

        File("0002_half.sql", "INSERT INTO told VALUES ('whole')");
        await Migrate(postgres);
        Assert.Equal(["whole"], await Told(postgres));
    }

    [Fact]
    public async Task An_applied_file_may_not_change()
    {
        var postgres = await TestServer.EmptyDatabase();
        File("0001_told.sql", "CREATE TABLE told (what text)");
        await Migrate(postgres);

        File("0001_told.sql", "CREATE TABLE told (what text, by text)");

        var refused = await Assert.ThrowsAsync<StartRefusedException>(() => Migrate(postgres));
        Assert.Contains("0001_told.sql is not the one", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Line_ends_do_not_count_as_a_change()
    {
        var postgres = await TestServer.EmptyDatabase();
        File("0001_told.sql", "CREATE TABLE told\n(what text)\n");
        await Migrate(postgres);

        File("0001_told.sql", "CREATE TABLE told\r\n(what text)\r\n");

        await Migrate(postgres);
    }

    [Fact]
    public async Task No_file_comes_before_one_that_is_applied()
    {
        var postgres = await TestServer.EmptyDatabase();
        File("0005_told.sql", "CREATE TABLE told (what text)");
        await Migrate(postgres);

        File("0004_late.sql", "SELECT 1");

        var refused = await Assert.ThrowsAsync<StartRefusedException>(() => Migrate(postgres));
        Assert.Contains("0004_late.sql comes before number 0005", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_older_version_runs_on_a_database_that_is_ahead_of_it()
    {
        var postgres = await TestServer.EmptyDatabase();
        File("0001_told.sql", "CREATE TABLE told (what text)");
        var newer = File("0002_newer.sql", "INSERT INTO told VALUES ('newer')");
        await Migrate(postgres);

        System.IO.File.Delete(newer);

        await Migrate(postgres);
    }

    [Theory]
    [InlineData("does not begin with a number", "first.sql")]
    [InlineData("have the same number", "0001_a.sql", "0001_b.sql")]
    [InlineData("There are no migrations")]
    public void A_folder_that_is_not_in_order_is_refused(string told, params string[] names)
    {
        ArgumentNullException.ThrowIfNull(names);
        foreach (var name in names)
        {
            File(name, "SELECT 1");
        }

        var refused = Assert.Throws<StartRefusedException>(() => Migration.Read(_folder.FullName));

        Assert.Contains(told, refused.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string File(string name, string sql)
    {
        var path = Path.Combine(_folder.FullName, name);
        System.IO.File.WriteAllText(path, sql);
        return path;
    }

    private async Task Migrate(string postgres)
    {
        await using var database = new Database(postgres, new DatabaseOptions(), new WriteFence(), TimeProvider.System);
        await new Migrator(database, _folder.FullName, NullLogger<Migrator>.Instance).StartAsync(CancellationToken.None);
    }

    private static async Task<List<string>> Told(string postgres)
    {
        await using var source = NpgsqlDataSource.Create(postgres);
        await using var command = source.CreateCommand("SELECT what FROM told");
        await using var reader = await command.ExecuteReaderAsync();
        var told = new List<string>();
        while (await reader.ReadAsync())
        {
            told.Add(reader.GetString(0));
        }

        return told;
    }
}
