using Support;

namespace Orleans.Conformance.Storage;

/// <summary>One PostgreSQL server for the tests of this assembly that need one.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    public PrivatePostgres Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await PrivatePostgres.Start();

    public async Task DisposeAsync() => await Server.DisposeAsync();

    /// <summary>An empty database with the table of grain state.</summary>
    public Task<string> CreateDatabase() =>
        Server.CreateDatabase(Directory.GetFiles(AppContext.BaseDirectory, "*_grain_state.sql").Single());
}

[CollectionDefinition(Name)]
public sealed class PostgresTests : ICollectionFixture<PostgresFixture>
{
    public const string Name = "PostgreSQL";
}

[Collection(PostgresTests.Name)]
public class PostgresGrainStorageTests(PostgresFixture postgres) : GrainStorageConformance
{
    protected string Connection { get; private set; } = "";

    protected virtual bool DeleteStateOnClear => false;

    public override async Task InitializeAsync()
    {
        Connection = await postgres.CreateDatabase();
        await base.InitializeAsync();
    }

    protected override void Configure(ISiloBuilder silo) => silo.AddAdoNetGrainStorage(StorageName, o =>
    {
        o.Invariant = "Npgsql";
        o.ConnectionString = Connection;
        o.DeleteStateOnClear = DeleteStateOnClear;
    });
}

public sealed class PostgresGrainStorageThatDeletesTests(PostgresFixture postgres) : PostgresGrainStorageTests(postgres)
{
    protected override bool DeleteStateOnClear => true;
}
