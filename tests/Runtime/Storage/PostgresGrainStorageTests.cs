using Support;

namespace Orleans.Conformance.Storage;

/// <summary>One PostgreSQL server for the tests of this assembly that need one.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    public PrivatePostgres Server { get; private set; } = null!;

    /// <summary>A database for tests that share its table; every cluster is a service of its own there.</summary>
    public string Shared { get; private set; } = "";

    public async Task InitializeAsync()
    {
        Server = await PrivatePostgres.Start();
        Shared = await CreateDatabase();
    }

    public async Task DisposeAsync() => await Server.DisposeAsync();

    /// <summary>An empty database with the tables of grain state and of reminders.</summary>
    public Task<string> CreateDatabase() => Server.CreateDatabase(Script("*_grain_state.sql"), Script("*_orleans_reminders.sql"));

    private static string Script(string pattern) => Directory.GetFiles(AppContext.BaseDirectory, pattern).Single();
}

[CollectionDefinition(Name)]
public sealed class PostgresTests : ICollectionFixture<PostgresFixture>
{
    public const string Name = "PostgreSQL";
}

[Feature("Storage", "PostgreSQL storage (AddAdoNetGrainStorage)")]
[Collection(PostgresTests.Name)]
public class PostgresGrainStorageTests(PostgresFixture postgres) : GrainStorageConformance
{
    protected virtual bool DeleteStateOnClear => false;

    protected override void Configure(ISiloBuilder silo) => silo.AddAdoNetGrainStorage(StorageName, o =>
    {
        o.Invariant = "Npgsql";
        o.ConnectionString = postgres.Shared;
        o.DeleteStateOnClear = DeleteStateOnClear;
    });
}

public sealed class PostgresGrainStorageThatDeletesTests(PostgresFixture postgres) : PostgresGrainStorageTests(postgres)
{
    protected override bool DeleteStateOnClear => true;
}
