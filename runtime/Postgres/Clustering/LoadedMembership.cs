using System.Data.Common;
using Npgsql;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>What a statement of <see cref="MembershipSql"/> answered.</summary>
internal sealed class LoadedMembership
{
    /// <summary>The members of the cluster.</summary>
    public MembershipTable Table { get; } = new();

    /// <summary>Leases of silos that are no members: on their own, of another engine, or not readable any more.</summary>
    public List<(string Silo, long Epoch, string Kind, bool Live)> Foreign { get; } = [];

    /// <summary>The database's clock.</summary>
    public DateTimeOffset Now { get; private set; }

    /// <summary>Whether the lease of the asker was there to be renewed.</summary>
    public bool Renewed { get; private set; }

    /// <summary>Takes a row as the statements answer it.</summary>
    public void Add(DbDataReader reader, string cluster)
    {
        Table.Version = reader.GetInt64(0);
        Now = reader.GetFieldValue<DateTimeOffset>(1);
        Renewed = reader.GetBoolean(2);
        if (reader.IsDBNull(3)) return;

        var silo = reader.GetString(3);
        var epoch = reader.GetInt64(4);
        var engine = reader.GetString(9);
        var expiresAt = Time(reader, 13);

        // Every cluster sees the rows of no cluster, but only its own of another engine.
        var kind = reader.GetString(16) != cluster ? "of no cluster"
            : engine != MembershipSql.Engine ? $"of the engine '{engine}'"
            : "edited by hand, so that column silo is not ip:port@generation";
        if (reader.GetString(16) != cluster || engine != MembershipSql.Engine || !SiloAddress.TryParse(silo, null, out var address))
        {
            Foreign.Add((silo, epoch, kind, expiresAt > Now));
            return;
        }

        Table.Rows.Add(silo, new MembershipRow
        {
            Address = address,
            Epoch = epoch,
            Instance = reader.GetGuid(5),
            Name = reader.GetString(6),
            Gateway = !reader.IsDBNull(7) && SiloAddress.TryParse(reader.GetString(7), null, out var gateway) ? gateway : null,
            ServiceId = reader.GetString(8),
            Engine = engine,
            Protocol = reader.GetInt32(10),
            Status = (MemberStatus)reader.GetInt16(11),
            Settled = reader.GetInt64(12),
            ExpiresAt = expiresAt,
            HeldSince = Time(reader, 14),
            Revoked = reader.GetBoolean(15),
        });
    }

    /// <summary>Reads who suspects whom.</summary>
    public async Task LoadVotes(NpgsqlConnection connection, string cluster)
    {
        await using var command = new NpgsqlCommand(MembershipSql.Votes, connection) { Parameters = { new() { Value = cluster } } };
        await using var reader = await command.ExecuteReaderAsync();
        var rows = Table.Rows.Values.ToDictionary(r => r.Epoch);
        while (await reader.ReadAsync())
        {
            if (rows.TryGetValue(reader.GetInt64(0), out var row)) row.Votes[reader.GetInt64(1)] = (Time(reader, 2), Time(reader, 3));
        }
    }

    // 'infinity', which people and tests write, is read as the end of time.
    private static DateTimeOffset Time(DbDataReader reader, int column) => new(DateTime.SpecifyKind(reader.GetDateTime(column), DateTimeKind.Utc));
}
