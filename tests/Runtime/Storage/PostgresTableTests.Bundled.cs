using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;
using Orleans.Configuration;
using Orleans.Storage;
using Orleans.TestingHost;
using Support;

namespace Orleans.Conformance.Storage;

/// <summary>The rows of grain state in PostgreSQL, which both engines share.</summary>
[Feature("Storage", "One row per state in PostgreSQL", Better = "a unique index: two activations can never both insert the same state")]
[Collection(PostgresTests.Name)]
public sealed class PostgresTableTests(PostgresFixture postgres)
{
    // The hashes were computed by an independent implementation of the documented layout.
    public static TheoryData<GrainId, int, long, long, string?> Keys { get; } = new()
    {
        { Id(GrainIdKeyExtensions.CreateGuidKey(new("00112233-4455-6677-8899-aabbccddeeff"))), 189902723, 7383445245961249331, -4822678189205112, null },
        { Id(GrainIdKeyExtensions.CreateGuidKey(new("00112233-4455-6677-8899-aabbccddeeff"), "x")), -2091748800, 7383445245961249331, -4822678189205112, "x" },
        { Id(GrainIdKeyExtensions.CreateIntegerKey(42)), -110949262, 0, 42, null },
        { Id(IdSpan.Create("user:alice")), 606252114, 0, 0, "user:alice" },
    };

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task A_row_is_found_by_the_columns_of_the_shared_layout(GrainId grain, int hash, long n0, long n1, string? extension)
    {
        var connection = await postgres.CreateDatabase();
        await using var cluster = await Deploy(connection);

        await Storage(cluster).WriteStateAsync("note", grain, new GrainState<Note>(new Note { Text = "kept" }));

        await using var source = NpgsqlDataSource.Create(connection);
        await using var command = source.CreateCommand(
            "SELECT grainidhash, graintypehash, grainidn0, grainidn1, grainidextensionstring, graintypestring, serviceid, version FROM orleansstorage");
        await using var row = await command.ExecuteReaderAsync();
        Assert.True(await row.ReadAsync());
        Assert.Equal(hash, row.GetInt32(0));
        Assert.Equal(2089316603, row.GetInt32(1));
        Assert.Equal(n0, row.GetInt64(2));
        Assert.Equal(n1, row.GetInt64(3));
        Assert.Equal(extension, row.IsDBNull(4) ? null : row.GetString(4));
        Assert.Equal("note", row.GetString(5));
        Assert.Equal(cluster.Options.ServiceId, row.GetString(6));
        Assert.Equal(1, row.GetInt32(7));
    }

    [Fact]
    public async Task A_row_holds_the_members_of_a_state_and_no_name_of_its_class()
    {
        var connection = await postgres.CreateDatabase();
        await using var cluster = await Deploy(connection);

        await Storage(cluster).WriteStateAsync("note", Id(IdSpan.Create("user:alice")), new GrainState<Note>(new Note { Text = "kept" }));

        var payload = Encoding.UTF8.GetString((byte[])(await Scalar(connection, "SELECT payloadbinary FROM orleansstorage"))!);
        Assert.Equal("""{"Text":"kept","Numbers":[],"Inner":null}""", payload);
    }

    [Fact]
    public async Task Text_keys_that_are_the_same_hexadecimal_number_share_a_row()
    {
        var connection = await postgres.CreateDatabase();
        await using var cluster = await Deploy(connection);
        await Storage(cluster).WriteStateAsync("note", Id(IdSpan.Create("020235")), new GrainState<Note>(new Note { Text = "shared" }));

        var state = new GrainState<Note>();
        await Storage(cluster).ReadStateAsync("note", Id(IdSpan.Create("20235")), state);

        Assert.Equal("shared", state.State!.Text);
    }

    [Fact]
    public async Task Two_services_in_one_database_do_not_see_each_other()
    {
        var connection = await postgres.CreateDatabase();
        await using var first = await Deploy(connection);
        await using var second = await Deploy(connection);
        await Storage(first).WriteStateAsync("note", Id(IdSpan.Create("user:alice")), new GrainState<Note>(new Note { Text = "first" }));

        var state = new GrainState<Note>();
        await Storage(second).ReadStateAsync("note", Id(IdSpan.Create("user:alice")), state);

        Assert.False(state.RecordExists);
    }

    [Fact]
    public async Task A_cleared_row_keeps_its_version_and_loses_its_content()
    {
        var connection = await postgres.CreateDatabase();
        await using var cluster = await Deploy(connection);
        var state = new GrainState<Note>(new Note { Text = "gone" });
        await Storage(cluster).WriteStateAsync("note", Id(IdSpan.Create("user:alice")), state);

        await Storage(cluster).ClearStateAsync("note", Id(IdSpan.Create("user:alice")), state);

        Assert.Equal("2", state.ETag);
        Assert.Equal(true, await Scalar(connection, "SELECT payloadbinary IS NULL AND version = 2 FROM orleansstorage"));
    }

    [Fact]
    public async Task A_silo_whose_database_has_no_table_says_what_to_do()
    {
        var connection = await postgres.Server.CreateDatabase();

        var refused = await Assert.ThrowsAsync<OrleansConfigurationException>(() => Deploy(connection));

        Assert.Contains("orleansstorage", refused.Message, StringComparison.Ordinal);
        Assert.Contains("grain_state.sql", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silo_whose_database_is_not_there_names_the_storage()
    {
        var refused = await Assert.ThrowsAsync<OrleansException>(() => Deploy(postgres.Server.ConnectionString("nowhere")));

        Assert.Contains("'notes'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("nowhere", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silo_whose_table_could_hold_a_state_twice_does_not_start()
    {
        var connection = await postgres.CreateDatabase();
        await PrivatePostgres.Execute(connection, "DROP INDEX orleansstorage_key");

        var refused = await Assert.ThrowsAsync<OrleansConfigurationException>(() => Deploy(connection));

        Assert.Contains("orleansstorage_key", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_storage_that_is_configured_wrongly_tells_every_fault_and_no_password()
    {
        var builder = new InProcessTestClusterBuilder();
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddAdoNetGrainStorage("first", o => o.ConnectionString = "Host=;Password=secret");
            silo.AddAdoNetGrainStorage("second", (AdoNetGrainStorageOptions _) => { });
        });
        await using var cluster = builder.Build();

        var refused = await Assert.ThrowsAsync<OrleansConfigurationException>(cluster.DeployAsync);

        Assert.Contains("AdoNetGrainStorageOptions[first].Invariant", refused.Message, StringComparison.Ordinal);
        Assert.Contains("AdoNetGrainStorageOptions[first].ConnectionString", refused.Message, StringComparison.Ordinal);
        Assert.Contains("AdoNetGrainStorageOptions[second].ConnectionString", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_statements_for_the_other_engine_read_and_write_the_same_rows()
    {
        var connection = await postgres.CreateDatabase();
        await using var cluster = await Deploy(connection);
        var grain = Id(IdSpan.Create("user:alice"));

        Assert.Equal(1, await Named(connection, "WriteToStorageKey", cluster.Options.ServiceId, null));
        Assert.True((await Named(connection, "WriteToStorageKey", cluster.Options.ServiceId, null)) is DBNull);
        Assert.Equal(2, await Named(connection, "WriteToStorageKey", cluster.Options.ServiceId, 1));
        Assert.Equal(1, await Named(connection, "WriteToStorageKey", cluster.Options.ServiceId, 1));

        var state = new GrainState<Note>();
        await Storage(cluster).ReadStateAsync("note", grain, state);
        Assert.Equal("other engine", state.State!.Text);
        Assert.Equal("2", state.ETag);

        Assert.Null(await Named(connection, "ClearStorageKey", cluster.Options.ServiceId, 1));
        Assert.Equal(3, await Named(connection, "ClearStorageKey", cluster.Options.ServiceId, 2));
        Assert.Equal(4, await Named(connection, "DeleteStorageKey", cluster.Options.ServiceId, 3));
        Assert.Null(await Named(connection, "ReadFromStorageKey", cluster.Options.ServiceId, null));
    }

    private static async Task<object?> Named(string connection, string query, string serviceId, int? version)
    {
        await using var source = NpgsqlDataSource.Create(connection);
        var sql = (string)(await Scalar(connection, $"SELECT querytext FROM orleansquery WHERE querykey = '{query}'"))!;
        await using var command = source.CreateCommand(sql);
        command.Parameters.AddWithValue("GrainIdHash", 606252114);
        command.Parameters.AddWithValue("GrainTypeHash", 2089316603);
        command.Parameters.AddWithValue("GrainIdN0", 0L);
        command.Parameters.AddWithValue("GrainIdN1", 0L);
        command.Parameters.AddWithValue("GrainTypeString", "note");
        command.Parameters.AddWithValue("GrainIdExtensionString", "user:alice");
        command.Parameters.AddWithValue("ServiceId", serviceId);
        command.Parameters.Add(new NpgsqlParameter("GrainStateVersion", NpgsqlDbType.Integer) { Value = version ?? (object)DBNull.Value });
        command.Parameters.AddWithValue("PayloadBinary", Encoding.UTF8.GetBytes("""{"Text":"other engine"}"""));
        return await command.ExecuteScalarAsync();
    }

    private static async Task<object?> Scalar(string connection, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connection);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    private static GrainId Id(IdSpan key) => GrainId.Create(GrainType.Create("note"), key);

    private static IGrainStorage Storage(InProcessTestCluster cluster) =>
        cluster.GetSiloServiceProvider().GetRequiredKeyedService<IGrainStorage>("notes");

    private static async Task<InProcessTestCluster> Deploy(string connection)
    {
        var builder = new InProcessTestClusterBuilder();
        builder.ConfigureSilo((_, silo) => silo.AddAdoNetGrainStorage("notes", o =>
        {
            o.Invariant = "Npgsql";
            o.ConnectionString = connection;
        }));
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return cluster;
    }
}
