using System.Data;
using Npgsql;

namespace OrleansSocial.Migrations;

/// <summary>The statements that Orleans looks up by name take the parameters that it gives, and answer as it expects.</summary>
public sealed class OrleansQueryTests : IAsyncLifetime
{
    private static readonly DateTime s_time = new(2030, 1, 2, 3, 4, 5, 678, DateTimeKind.Utc);

    private NpgsqlDataSource _source = null!;

    public async ValueTask InitializeAsync()
    {
        var connection = await TestServer.NewDatabase();
        var fence = await FencedDatabase.PutUp(connection);
        _source = NpgsqlDataSource.Create($"{connection};Options=-c {WriteFence.SessionSetting}={fence.Id}");
    }

    public async ValueTask DisposeAsync() => await _source.DisposeAsync();

    [Fact]
    public async Task Every_statement_is_there()
    {
        await using var command = _source.CreateCommand("SELECT querykey FROM orleansquery");
        var keys = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) keys.Add(reader.GetString(0));

        Assert.Equal(
            [
                "CleanupDefunctSiloEntriesKey", "ClearStorageKey", "DeleteMembershipTableEntriesKey", "DeleteReminderRowKey", "DeleteReminderRowsKey",
                "DeleteStorageKey", "GatewaysQueryKey", "InsertMembershipKey", "InsertMembershipVersionKey", "MembershipReadAllKey",
                "MembershipReadRowKey", "ReadFromStorageKey", "ReadRangeRows1Key", "ReadRangeRows2Key", "ReadReminderRowKey", "ReadReminderRowsKey",
                "UpdateIAmAlivetimeKey", "UpdateMembershipKey", "UpsertReminderRowKey", "WriteToStorageKey",
            ],
            keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("user:alice")]
    [InlineData(null)]
    public async Task Grain_state_is_written_by_its_version(string? extension)
    {
        var key = Key(extension);
        Assert.Empty(await Run("ReadFromStorageKey", key));

        Assert.Equal(1, Single(await Run("WriteToStorageKey", [.. key, ("GrainStateVersion", null), ("PayloadBinary", new byte[] { 1 })]), "NewGrainStateVersion"));
        Assert.Equal(2, Single(await Run("WriteToStorageKey", [.. key, ("GrainStateVersion", 1), ("PayloadBinary", new byte[] { 2 })]), "NewGrainStateVersion"));

        // A conflict changes nothing, and says the version that was sent.
        Assert.Equal(1, Single(await Run("WriteToStorageKey", [.. key, ("GrainStateVersion", 1), ("PayloadBinary", new byte[] { 3 })]), "NewGrainStateVersion"));
        Assert.Null(Single(await Run("WriteToStorageKey", [.. key, ("GrainStateVersion", null), ("PayloadBinary", new byte[] { 3 })]), "NewGrainStateVersion"));
        var row = Assert.Single(await Run("ReadFromStorageKey", key));
        Assert.Equal([2], (byte[])row["PayloadBinary"]!);
        Assert.Equal(2, row["Version"]);
        Assert.IsType<DateTime>(row["ModifiedOn"]);

        Assert.Empty(await Run("ClearStorageKey", [.. key, ("GrainStateVersion", 1)]));
        Assert.Equal(3, Assert.Single(await Run("ClearStorageKey", [.. key, ("GrainStateVersion", 2)])).Values.First());
        Assert.Null(Assert.Single(await Run("ReadFromStorageKey", key))["PayloadBinary"]);
        Assert.Empty(await Run("DeleteStorageKey", [.. key, ("GrainStateVersion", 2)]));
        Assert.Equal(4, Assert.Single(await Run("DeleteStorageKey", [.. key, ("GrainStateVersion", 3)])).Values.First());
        Assert.Empty(await Run("ReadFromStorageKey", key));
    }

    [Fact]
    public async Task Membership_changes_by_the_version_of_the_table()
    {
        (string, object?)[] cluster = [("DeploymentId", "social")];
        (string, object?)[] silo = [.. cluster, ("Address", "10.0.0.1"), ("Port", 11111), ("Generation", 7)];
        Assert.Equal(1, Answer(await Run("InsertMembershipVersionKey", cluster)));
        Assert.Equal(0, Answer(await Run("InsertMembershipVersionKey", cluster)));
        (string, object?)[] row = [.. silo, ("SiloName", "one"), ("HostName", "host"), ("Status", 2), ("ProxyPort", 30000), ("StartTime", s_time), ("IAmAliveTime", s_time)];

        Assert.Equal(0, Answer(await Run("InsertMembershipKey", [.. row, ("Version", 5)])));
        Assert.Null(Assert.Single(await Run("MembershipReadRowKey", silo))["Address"]);
        Assert.Equal(1, Answer(await Run("InsertMembershipKey", [.. row, ("Version", 0)])));
        Assert.Equal(0, Answer(await Run("InsertMembershipKey", [.. row, ("Version", 1)])));
        Assert.Equal(0, Answer(await Run("UpdateMembershipKey", [.. silo, ("Status", 3), ("SuspectTimes", null), ("IAmAliveTime", s_time), ("Version", 0)])));
        Assert.Equal(1, Answer(await Run("UpdateMembershipKey", [.. silo, ("Status", 3), ("SuspectTimes", "x,y"), ("IAmAliveTime", s_time), ("Version", 1)])));
        await Run("UpdateIAmAlivetimeKey", [.. silo, ("IAmAliveTime", s_time.AddMinutes(1))]);

        foreach (var query in new[] { "MembershipReadRowKey", "MembershipReadAllKey" })
        {
            var read = Assert.Single(await Run(query, query == "MembershipReadRowKey" ? silo : cluster));
            Assert.Equal("social", read["DeploymentId"]);
            Assert.Equal(("10.0.0.1", 11111, 7), (read["Address"], read["Port"], read["Generation"]));
            Assert.Equal(("one", "host", 3, 30000), (read["SiloName"], read["HostName"], read["Status"], read["ProxyPort"]));
            Assert.Equal(("x,y", s_time, s_time.AddMinutes(1), 2), (read["SuspectTimes"], read["StartTime"], read["IAmAliveTime"], read["Version"]));
        }

        Assert.Equal(30000, Assert.Single(await Run("GatewaysQueryKey", [.. cluster, ("Status", 3)]))["ProxyPort"]);
        Assert.Empty(await Run("GatewaysQueryKey", [.. cluster, ("Status", 2)]));
        await Run("CleanupDefunctSiloEntriesKey", [.. cluster, ("IAmAliveTime", s_time.AddHours(1))]);
        Assert.NotNull(Assert.Single(await Run("MembershipReadAllKey", cluster))["Address"]);
        await Run("DeleteMembershipTableEntriesKey", cluster);
        Assert.Empty(await Run("MembershipReadAllKey", cluster));
    }

    [Fact]
    public async Task Reminders_are_read_by_grain_and_by_hash_and_removed_by_version()
    {
        Assert.Equal(0, Answer(await Upsert("wake", 100)));
        Assert.Equal(1, Answer(await Upsert("wake", 100)));
        Assert.Equal(0, Answer(await Upsert("watch", -100)));
        (string, object?)[] service = [("ServiceId", "social")];
        (string, object?)[] grain = [.. service, ("GrainId", "sleeper/user:alice")];

        var read = Assert.Single(await Run("ReadReminderRowKey", [.. grain, ("ReminderName", "wake")]));
        Assert.Equal(("sleeper/user:alice", "wake", s_time, 60_000L, 1), (read["GrainId"], read["ReminderName"], read["StartTime"], read["Period"], read["Version"]));
        Assert.Equal(2, (await Run("ReadReminderRowsKey", grain)).Count);
        Assert.Equal("wake", Assert.Single(await Run("ReadRangeRows1Key", [.. service, ("BeginHash", 99), ("EndHash", 100)]))["ReminderName"]);
        Assert.Empty(await Run("ReadRangeRows1Key", [.. service, ("BeginHash", 100), ("EndHash", 200)]));
        Assert.Equal("watch", Assert.Single(await Run("ReadRangeRows2Key", [.. service, ("BeginHash", 100), ("EndHash", -100)]))["ReminderName"]);

        Assert.Equal(0, Answer(await Run("DeleteReminderRowKey", [.. grain, ("ReminderName", "wake"), ("Version", 0)])));
        Assert.Equal(1, Answer(await Run("DeleteReminderRowKey", [.. grain, ("ReminderName", "wake"), ("Version", 1)])));
        await Run("DeleteReminderRowsKey", service);
        Assert.Empty(await Run("ReadReminderRowsKey", grain));
    }

    private static (string Name, object? Value)[] Key(string? extension) =>
    [
        ("GrainIdHash", 11), ("GrainIdN0", 0L), ("GrainIdN1", 5L), ("GrainTypeHash", 12), ("GrainTypeString", "account"),
        ("GrainIdExtensionString", extension), ("ServiceId", "social"),
    ];

    private static object? Single(List<Dictionary<string, object?>> rows, string column) => Assert.Single(rows)[column];

    private static int Answer(List<Dictionary<string, object?>> rows) => (int)Assert.Single(rows).Values.Single()!;

    private Task<List<Dictionary<string, object?>>> Upsert(string name, int hash) => Run(
        "UpsertReminderRowKey",
        [("ServiceId", "social"), ("GrainId", "sleeper/user:alice"), ("ReminderName", name), ("StartTime", s_time), ("Period", 60_000L), ("GrainHash", hash)]);

    // Orleans binds parameters by name with the general type of their value.
    private async Task<List<Dictionary<string, object?>>> Run(string key, params (string Name, object? Value)[] parameters)
    {
        await using var lookup = _source.CreateCommand("SELECT querytext FROM orleansquery WHERE querykey = $1");
        lookup.Parameters.Add(new() { Value = key });
        await using var command = _source.CreateCommand((string)(await lookup.ExecuteScalarAsync())!);
        foreach (var (name, value) in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter(name, value ?? DBNull.Value)
            {
                DbType = value switch
                {
                    long => DbType.Int64,
                    int => DbType.Int32,
                    byte[] => DbType.Binary,
                    DateTime => DbType.DateTime,
                    null when name == "GrainStateVersion" => DbType.Int32,
                    _ => DbType.String,
                },
            });
        }

        var rows = new List<Dictionary<string, object?>>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            rows.Add(Enumerable.Range(0, reader.FieldCount).ToDictionary(
                reader.GetName, i => reader.IsDBNull(i) ? null : reader.GetValue(i), StringComparer.OrdinalIgnoreCase));
        }

        return rows;
    }
}
