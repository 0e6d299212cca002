using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OrleansSocial.Migrations;
using Support;

namespace OrleansSocial.Support;

/// <summary>A PostgreSQL server of this test run, with a database for each host. The product's migrations run once, into a template of the others.</summary>
public sealed class TestServer : IAsyncDisposable
{
    private static readonly Lazy<Task<TestServer>> s_shared = new(Start);

    private readonly PrivatePostgres _postgres;
    private readonly Lazy<Task<string>> _template;

    private TestServer(PrivatePostgres postgres) => (_postgres, _template) = (postgres, new(MakeTemplate));

    /// <summary>A new database on the server that most tests share, with every table of the product and nothing in them.</summary>
    public static async Task<string> NewDatabase() => await (await s_shared.Value).Database();

    /// <summary>A new database without any table, for tests of how tables come about.</summary>
    public static async Task<string> EmptyDatabase() => await (await s_shared.Value)._postgres.CreateDatabase();

    /// <summary>A server whose transactions are those of one class of tests alone.</summary>
    public static async Task<TestServer> Start() => new(await PrivatePostgres.Start());

    /// <summary>A new database on this server, with every table of the product and nothing in them.</summary>
    public async Task<string> Database() => await _postgres.CreateDatabase(await _template.Value);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _postgres.DisposeAsync();

    private async Task<string> MakeTemplate()
    {
        var connection = await _postgres.CreateDatabase();
        await using (var database = new Database(connection, new DatabaseOptions(), new WriteFence(), TimeProvider.System))
            await new Migrator(database, Path.Combine(AppContext.BaseDirectory, "migrations"), NullLogger<Migrator>.Instance).StartAsync(default);
        var name = new NpgsqlConnectionStringBuilder(connection).Database!;
        await PrivatePostgres.Execute(_postgres.ConnectionString(), $"ALTER DATABASE {name} ALLOW_CONNECTIONS false");
        return name;
    }
}
