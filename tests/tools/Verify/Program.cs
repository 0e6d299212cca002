using Npgsql;
using OrleansSocial.Verify;

if (args is not ["--logs", var folder, "--postgres", var connection])
{
    Console.Error.WriteLine("""
        verify --logs FOLDER --postgres CONNECTION

        Compares the clients' logs (*.jsonl in FOLDER, one JSON object a line) with the messages in the database:
        every acknowledged message stored, each client key once, numbers 1..n, receipts stable, nothing that nobody
        sent, and every follower saw everything. Prints one line a broken promise; exit code 1 when there is any.
        """);
    return 2;
}

var logs = ClientLog.ReadFolder(folder);
var stored = await Database.ReadAll(connection);
var broken = Checker.Check(logs, stored);
foreach (var line in broken) Console.WriteLine(line);
Console.WriteLine($"{logs.Count} log lines, {stored.Count} stored entries, {broken.Count} broken promises");
return broken.Count == 0 ? 0 : 1;

namespace OrleansSocial.Verify
{
    /// <summary>Reads the stored side.</summary>
    public static class Database
    {
        /// <summary>Every entry of every conversation.</summary>
        public static async Task<IReadOnlyList<StoredRow>> ReadAll(string connection)
        {
            await using var source = NpgsqlDataSource.Create(connection);
            await using var command = source.CreateCommand("SELECT conversation_id, seq, sender, client_key, text FROM messages");
            await using var reader = await command.ExecuteReaderAsync();
            var rows = new List<StoredRow>();
            while (await reader.ReadAsync())
                rows.Add(new(reader.GetGuid(0), reader.GetInt64(1), reader.GetGuid(2), await reader.IsDBNullAsync(3) ? null : reader.GetString(3), reader.GetString(4)));
            return rows;
        }

        /// <summary>Each conversation in a line: its last number, and its members with the numbers of their joining and reading, ordered by id.</summary>
        public static async Task<IReadOnlyDictionary<Guid, string>> ReadRooms(string connection)
        {
            await using var source = NpgsqlDataSource.Create(connection);
            await using var command = source.CreateCommand(
                """
                SELECT m.conversation_id, (SELECT max(seq) FROM messages AS e WHERE e.conversation_id = m.conversation_id)
                    || string_agg(format(', %s %s %s', m.user_id, m.joined_seq, m.read_seq), '' ORDER BY m.user_id)
                FROM members AS m WHERE m.left_seq IS NULL GROUP BY m.conversation_id
                """);
            await using var reader = await command.ExecuteReaderAsync();
            var rooms = new Dictionary<Guid, string>();
            while (await reader.ReadAsync()) rooms.Add(reader.GetGuid(0), reader.GetString(1));
            return rooms;
        }
    }
}
