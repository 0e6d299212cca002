using Npgsql;

namespace OrleansSocial.Architecture;

/// <summary>The schema that the migrations make, as operators and their own queries see it.</summary>
public class StoredTables
{
    [Fact]
    public async Task Tables()
    {
        const string Columns = """
            SELECT c.relname, format('  %s %s%s', a.attname, format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN ' not null' ELSE '' END)
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
            ORDER BY c.relname, a.attnum
            """;
        const string Indexes = """
            SELECT tablename, '  ' || regexp_replace(indexdef, '^CREATE (UNIQUE )?INDEX (\S+) ON (ONLY )?public\.\S+ ', '\2: \1') FROM pg_indexes JOIN pg_class c ON c.relname = tablename AND NOT c.relispartition WHERE schemaname = 'public' ORDER BY tablename, indexname
            """;
        await using var database = NpgsqlDataSource.Create(await TestServer.NewDatabase());
        var tables = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var query in (string[])[Columns, Indexes])
        {
            await using var command = database.CreateCommand(query);
            await using var row = await command.ExecuteReaderAsync();
            while (await row.ReadAsync())
            {
                if (!tables.TryGetValue(row.GetString(0), out var lines)) tables.Add(row.GetString(0), lines = []);
                lines.Add(row.GetString(1));
            }
        }

        Golden.Check("tables", tables.SelectMany(table => table.Value.Prepend(table.Key)));
    }
}
