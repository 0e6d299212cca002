using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>Keeps the membership of a cluster in table <c>silo_leases</c>, where durable writes find the lease they are made under.</summary>
/// <remarks>
/// A renewal is one statement, on a connection and a thread of its own. Everything else is a transaction that holds the row of the
/// cluster's version, applies the rules of <see cref="MembershipTable"/> and writes what they changed. Removing a row waits for the write
/// transactions that hold it.
/// </remarks>
internal sealed partial class PostgresMembershipStore : IMembershipStore, IDisposable
{
    // Longer than any write takes that will end by itself.
    private static readonly TimeSpan s_blockedMax = TimeSpan.FromSeconds(0.5);

    private readonly string _cluster;
    private readonly NpgsqlDataSource _source;
    private readonly bool _ownsSource;
    private readonly RenewalThread _renewals;
    private readonly int _renewalSecondsMax;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _changes = new(1);
    private int _listening;
    private bool _hasOtherEngine;

    /// <summary>Opens nothing yet.</summary>
    /// <param name="cluster">The id of the cluster.</param>
    /// <param name="connectionString">Where the database is; null when a source is given.</param>
    /// <param name="source">Where connections come from; null when a connection string is given.</param>
    /// <param name="statementMax">How long a renewal may take. Rounded up to seconds.</param>
    /// <param name="clock">What waiting between attempts goes by.</param>
    /// <param name="log">Where failures of what nobody waits for are told.</param>
    public PostgresMembershipStore(
        string cluster, string? connectionString, NpgsqlDataSource? source, TimeSpan statementMax, TimeProvider clock, ILogger log)
    {
        _cluster = cluster;
        _clock = clock;
        _log = log;
        _ownsSource = source is null;
        _source = source ?? NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { MinPoolSize = 0, MaxPoolSize = 4, CommandTimeout = 10 }.ConnectionString);
        var seconds = _renewalSecondsMax = (int)Math.Ceiling(statementMax.TotalSeconds);
        var own = source is null
            ? new NpgsqlConnectionStringBuilder(connectionString)
            {
                // A broken connection is found by the statement that waits on it, and is given up rather than asked to cancel.
                Pooling = false, Timeout = seconds, CommandTimeout = seconds, CancellationTimeout = -1, MaxAutoPrepare = 4, AutoPrepareMinUsages = 2,
            }.ConnectionString
            : null;
        _renewals = new RenewalThread(() =>
        {
            if (own is null) return _source.OpenConnection();
            var connection = new NpgsqlConnection(own);
            connection.Open();
            return connection;
        });
    }

    /// <inheritdoc/>
    public event Action? Changed;

    /// <inheritdoc/>
    public string Name => "table silo_leases of PostgreSQL";

    /// <inheritdoc/>
    public bool HasWallClock => true;

    /// <inheritdoc/>
    public async Task<JoinReport> Join(JoinRequest request)
    {
        var epoch = 0L;
        await CheckTables();
        var report = await Change(async (connection, loaded) =>
        {
            await CheckAlone(connection, loaded);
            var next = (long)(await Scalar(connection, MembershipSql.NextEpoch))!;
            epoch = loaded.Table.Join(request, () => next, loaded.Now);
            if (epoch != next) await Execute(connection, MembershipSql.Extend, request.Address.ToParsableString(), epoch, request.Lease.TotalSeconds);
            return LeaseState.Held;
        }, request.Lease);
        if (Interlocked.Exchange(ref _listening, 1) == 0) _ = Listen();
        return new JoinReport(epoch, report.Snapshot);
    }

    /// <inheritdoc/>
    public async Task<LeaseReport> Renew(SiloAddress silo, long epoch, long settled, TimeSpan lease)
    {
        try
        {
            return await _renewals.Run(connection => Renew(connection, silo, epoch, settled, lease));
        }
        catch (PostgresException failure) when (Explain(failure) is { } reason)
        {
            throw new OrleansException(reason, failure);
        }
    }

    /// <inheritdoc/>
    public Task<LeaseReport> SetStatus(SiloAddress silo, long epoch, MemberStatus status) =>
        Change((_, loaded) => Task.FromResult(loaded.Table.SetStatus(silo, epoch, status)));

    /// <inheritdoc/>
    public Task Leave(SiloAddress silo, long epoch) => Change((_, loaded) =>
    {
        loaded.Table.Leave(silo, epoch);
        return Task.FromResult(LeaseState.Gone);
    });

    /// <inheritdoc/>
    public Task<LeaseReport> Evict(SiloAddress silo, long epoch, TimeSpan lease) =>
        Change((_, loaded) => Task.FromResult(loaded.Table.Evict(silo, epoch, lease, loaded.Now)), onlyExpired: true);

    /// <inheritdoc/>
    public Task<LeaseReport> Suspect(SiloAddress silo, long epoch, SiloAddress suspect, SuspicionTerms terms) =>
        Change((_, loaded) => Task.FromResult(loaded.Table.Suspect(silo, epoch, suspect, terms, loaded.Now)));

    /// <inheritdoc/>
    public async Task<MembershipSnapshot> Read()
    {
        await using var connection = await _source.OpenConnectionAsync(_stop.Token);
        var loaded = await Load(connection);
        return loaded.Table.Snapshot(loaded.Now);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _renewals.Dispose();
        if (_ownsSource) _source.Dispose();
        _stop.Dispose();
    }

    private static async Task<object?> Scalar(NpgsqlConnection connection, string sql, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters) command.Parameters.Add(new() { Value = parameter });
        return await command.ExecuteScalarAsync();
    }

    private static async Task<int> Execute(NpgsqlConnection connection, string sql, params object?[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters) command.Parameters.Add(parameter as NpgsqlParameter ?? new() { Value = parameter ?? DBNull.Value });
        return await command.ExecuteNonQueryAsync();
    }

    private static string? Explain(PostgresException failure) => failure.SqlState switch
    {
        PostgresErrorCodes.DiskFull => $"PostgreSQL has no disk space left ({failure.MessageText}). Free some: the silo goes on by itself.",
        PostgresErrorCodes.ReadOnlySqlTransaction => "PostgreSQL accepts no writes: it is a standby, or was set to read only. Connect the silo to the primary.",
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn =>
            $"The tables of the membership are not as they should be ({failure.MessageText}). Apply the schema script *_cluster.sql.",
        _ => null,
    };

    private LeaseReport Renew(NpgsqlConnection connection, SiloAddress silo, long epoch, long settled, TimeSpan lease)
    {
        var key = silo.ToParsableString();
        using var command = new NpgsqlCommand(MembershipSql.Renew, connection)
        {
            CommandTimeout = _renewalSecondsMax,
            Parameters = { new() { Value = _cluster }, new() { Value = key }, new() { Value = epoch }, new() { Value = lease.TotalSeconds }, new() { Value = settled } },
        };
        var loaded = new LoadedMembership();
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read()) loaded.Add(reader, _cluster);
        }

        if (!loaded.Renewed)
        {
            var state = loaded.Table.Rows.TryGetValue(key, out var row) && row.Epoch == epoch ? LeaseState.Revoked : LeaseState.Gone;
            return new LeaseReport(state, loaded.Table.Snapshot(loaded.Now));
        }

        // The rows are those from before the renewal.
        loaded.Table.Renew(silo, epoch, settled, lease, loaded.Now, out var telling);
        if (telling)
        {
            using var notify = new NpgsqlCommand(MembershipSql.Notify, connection) { Parameters = { new() { Value = _cluster } } };
            notify.ExecuteNonQuery();
        }

        return new LeaseReport(LeaseState.Held, loaded.Table.Snapshot(loaded.Now));
    }

    private async Task<LeaseReport> Change(
        Func<NpgsqlConnection, LoadedMembership, Task<LeaseState>> operation, TimeSpan lease = default, bool onlyExpired = false)
    {
        // One at a time, so that a connection is left for ending what blocks it.
        await _changes.WaitAsync(_stop.Token);
        try
        {
            await using var connection = await _source.OpenConnectionAsync(_stop.Token);
            await using var transaction = await connection.BeginTransactionAsync();
            await Execute(connection, MembershipSql.Make, _cluster);
            await Scalar(connection, MembershipSql.Hold, _cluster);
            var loaded = await Load(connection);
            await loaded.LoadVotes(connection, _cluster);
            var before = loaded.Table.Rows.Values.Select(r => (Row: r, r.Status, r.Revoked)).ToArray();
            var state = await operation(connection, loaded);
            await Write(connection, before, loaded.Table, lease, onlyExpired);
            var after = await Load(connection);
            await transaction.CommitAsync();
            return new LeaseReport(state, after.Table.Snapshot(after.Now));
        }
        catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            throw new OrleansConfigurationException(
                "A silo of another cluster holds a lease in this database under the address of this one. Give each silo an address and a port of its own.", failure);
        }
        catch (PostgresException failure) when (Explain(failure) is { } reason)
        {
            throw new OrleansException(reason, failure);
        }
        finally
        {
            _changes.Release();
        }
    }

    private async Task Write(
        NpgsqlConnection connection, (MembershipRow Row, MemberStatus Status, bool Revoked)[] before, MembershipTable table, TimeSpan lease, bool onlyExpired)
    {
        foreach (var (row, status, revoked) in before)
        {
            var key = row.Address.ToParsableString();
            if (!table.Rows.TryGetValue(key, out var now) || now.Epoch != row.Epoch)
            {
                await Remove(connection, key, row.Epoch, onlyExpired);
                continue;
            }

            if (now.Status != status) await Execute(connection, MembershipSql.SetStatus, key, now.Epoch, (short)now.Status);
            if (now.Revoked != revoked) await Execute(connection, MembershipSql.Revoke, now.Epoch);
            foreach (var (voter, vote) in now.Votes)
            {
                await Execute(connection, MembershipSql.Vote, now.Epoch, voter, vote.Since, vote.Last);
            }
        }

        foreach (var row in table.Rows.Values.Where(r => !before.Any(b => b.Row.Epoch == r.Epoch)))
        {
            await Execute(
                connection,
                MembershipSql.Insert,
                row.Address.ToParsableString(),
                row.Epoch,
                row.Instance,
                row.Name,
                new NpgsqlParameter { Value = (object?)row.Gateway?.ToParsableString() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                row.ServiceId,
                row.Engine,
                row.Protocol,
                (short)row.Status,
                row.Settled,
                lease.TotalSeconds,
                _cluster);
        }
    }

    // A silo that was paused in the middle of a transaction holds its row for as long as it stays paused. Its lease is gone, so its
    // transaction may be ended.
    private async Task Remove(NpgsqlConnection connection, string silo, long epoch, bool onlyExpired)
    {
        var removing = Execute(connection, onlyExpired ? MembershipSql.DeleteExpired : MembershipSql.Delete, silo, epoch);
        while (await Task.WhenAny(removing, Task.Delay(s_blockedMax, _clock, _stop.Token)) != removing && !_stop.IsCancellationRequested)
        {
            await using var other = await _source.OpenConnectionAsync(_stop.Token);
            await Scalar(other, MembershipSql.EndBlockers, connection.ProcessID);
            LogBlocked(silo);
        }

        await removing;
    }

    private async Task<LoadedMembership> Load(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(MembershipSql.Read, connection) { Parameters = { new() { Value = _cluster } } };
        await using var reader = await command.ExecuteReaderAsync();
        var loaded = new LoadedMembership();
        while (await reader.ReadAsync()) loaded.Add(reader, _cluster);
        return loaded;
    }

    private async Task CheckTables()
    {
        await using var connection = await _source.OpenConnectionAsync(_stop.Token);
        await using var command = new NpgsqlCommand(MembershipSql.Check, connection);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        var database = reader.GetString(0);
        if (!reader.GetBoolean(1) || !reader.GetBoolean(2))
        {
            throw new OrleansConfigurationException(
                $"Database '{database}' lacks {(reader.GetBoolean(1) ? "columns or tables of the membership" : "table silo_leases")} on its search path. "
                + "Apply the schema scripts *_kernel.sql and *_cluster.sql to it before the silo starts.");
        }

        if (!reader.GetBoolean(3))
        {
            throw new OrleansConfigurationException(
                $"The triggers of table silo_leases of database '{database}' are missing or switched off, so that silos would not hear of changes. "
                + "Create and enable them as the schema script *_cluster.sql does.");
        }

        _hasOtherEngine = reader.GetBoolean(4);
    }

    // Whether somebody else holds the database.
    private async Task CheckAlone(NpgsqlConnection connection, LoadedMembership loaded)
    {
        foreach (var (silo, epoch, kind, live) in loaded.Foreign)
        {
            if (live)
            {
                throw new OrleansConfigurationException(
                    $"Silo {silo} holds a lease in this database and is no member of the cluster: its row in silo_leases is {kind}. Stop that silo first, "
                    + "or give this cluster a database of its own; a row that no silo renews ends by itself.");
            }

            await Execute(connection, MembershipSql.DeleteForeign, silo, epoch);
        }

        if (_hasOtherEngine && await Scalar(connection, MembershipSql.OtherEngine, _cluster) is string other)
        {
            throw new OrleansConfigurationException(
                $"The cluster '{_cluster}' runs Microsoft's engine on {other}, which said within the last 90 seconds that it lives. One cluster runs one "
                + "engine: stop all of its silos first, or give this silo a cluster id of its own.");
        }
    }

    private async Task Listen()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await using var connection = await _source.OpenConnectionAsync(_stop.Token);
                connection.Notification += (_, told) =>
                {
                    if (told.Payload == _cluster) Changed?.Invoke();
                };
                await Execute(connection, "LISTEN " + MembershipSql.Channel);
                while (true) await connection.WaitAsync(_stop.Token);
            }
            catch (Exception failure) when (!_stop.IsCancellationRequested)
            {
                LogNotListening(failure.Message);
            }
            catch (Exception)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromSeconds(1), _clock, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The lease of silo {Silo} has to go and a transaction under it stands still: the transaction was ended")]
    private partial void LogBlocked(string silo);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Changes of the membership are not heard of at once: {Reason}")]
    private partial void LogNotListening(string reason);
}
