using Npgsql;
using Support;

namespace OrleansSocial.Crash;

/// <summary>Lets PostgreSQL note in order which silo wrote what, and when a silo's fence was removed.</summary>
/// <remarks>The removal of a fence waits for transactions under it, so in these notes whatever stands after the removal was written after it.</remarks>
internal sealed class WriteAudit(string postgres)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private static readonly string[] s_tables = ["messages", "conversations", "members", "profiles", "orleansstorage"];

    /// <summary>Begins to note.</summary>
    public static async Task<WriteAudit> Begin(string postgres)
    {
        var triggers = s_tables.Select(table =>
            $"CREATE TRIGGER audit_{table} AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION audit_write();");
        await PrivatePostgres.Execute(postgres, $$"""
            CREATE TABLE audit (id bigint GENERATED ALWAYS AS IDENTITY, who text NOT NULL, what text NOT NULL, fence text);
            CREATE FUNCTION audit_write() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                INSERT INTO audit (who, what) VALUES (current_setting('application_name'), TG_TABLE_NAME);
                RETURN NULL;
            END $$;
            CREATE FUNCTION audit_removal() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                INSERT INTO audit (who, what, fence) VALUES (current_setting('application_name'), 'removal', OLD.silo);
                RETURN NULL;
            END $$;
            CREATE TRIGGER audit_fences AFTER DELETE ON silo_fences FOR EACH ROW EXECUTE FUNCTION audit_removal();
            {{string.Concat(triggers)}}
            """);
        return new(postgres);
    }

    /// <summary>Whether the fence of a silo was removed.</summary>
    public Task<bool> IsReplaced(SiloProcess silo) => Ask<bool>("SELECT EXISTS (SELECT FROM audit WHERE fence LIKE $1)", $"{silo.Member}@%");

    /// <summary>
    /// Waits for a silo that writes to the first of some tables, and gives it with those of them that it writes to. Where the grains of people and rooms have come to lie is
    /// not for a test to say: one that writes to all of them is waited for a while, and else the busiest counts.
    /// </summary>
    public async Task<(int Silo, IReadOnlyList<string> Tables)> WriterOf(Crowd crowd, int silos, params string[] tables)
    {
        const int More = 10;
        var (before, found, since) = (new Dictionary<(int, string), long>(), (Silo: 0, Tables: (IReadOnlyList<string>)[]), TimeProvider.System.GetTimestamp());
        await crowd.Until(
            async () =>
            {
                found = default;
                for (var silo = 1; silo <= silos; silo++)
                {
                    var written = new List<string>();
                    foreach (var table in tables)
                    {
                        var now = await Written(silo, table);
                        if (now >= (before.TryGetValue((silo, table), out var then) ? then : before[(silo, table)] = now) + More) written.Add(table);
                    }

                    if (written.Contains(tables[0]) && written.Count > (found.Tables?.Count ?? 0)) found = (silo, written);
                }

                return found.Tables is { } its && (its.Count == tables.Length || TimeProvider.System.GetElapsedTime(since) > s_patience);
            },
            $"a silo to write {tables[0]}");
        return found;
    }

    /// <summary>How many rows others have written since a silo's fence was removed.</summary>
    public Task<long> WrittenByOthersSince(int silo, SiloProcess removed) => Ask<long>(
        "SELECT count(*) FROM audit WHERE who <> $1 AND what <> 'removal' AND id > (SELECT min(id) FROM audit WHERE fence LIKE $2)", Fleet.NameOf(silo), $"{removed.Member}@%");

    /// <summary>Fails when a silo has written anything since its fence was removed, or had written nothing before.</summary>
    public async Task Check(int silo, SiloProcess removed)
    {
        const string Since = "id > (SELECT min(id) FROM audit WHERE fence LIKE $2)";
        var (name, fence) = (Fleet.NameOf(silo), $"{removed.Member}@%");
        Assert.True(await IsReplaced(removed), $"The fence of {name} was never removed.");
        Assert.Equal(0, await Ask<long>($"SELECT count(*) FROM audit WHERE who = $1 AND {Since}", name, fence));
        Assert.True(await Ask<long>($"SELECT count(*) FROM audit WHERE who = $1 AND NOT {Since}", name, fence) > 0, $"{name} wrote nothing before it was replaced either.");
    }

    private Task<long> Written(int silo, string table) => Ask<long>("SELECT count(*) FROM audit WHERE who = $1 AND what = $2", Fleet.NameOf(silo), table);

    private async Task<T> Ask<T>(string sql, params string[] parameters)
    {
        await using var source = NpgsqlDataSource.Create(postgres);
        await using var command = source.CreateCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(new() { Value = parameter });
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
