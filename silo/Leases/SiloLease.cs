using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Npgsql;
using OrleansSocial.Kernel;

namespace OrleansSocial.Leases;

/// <summary>Keeps the lease of a silo whose engine has none of its own: a row of <c>silo_leases</c> that fences this silo's writes.</summary>
/// <remarks>
/// Every silo touches its own row alone. A lease that ended is renewed again only when nobody held one throughout: after an outage of
/// PostgreSQL everyone goes on, but a silo that stood still while others went on is taken for replaced, writes nothing more and stops.
/// </remarks>
internal sealed partial class SiloLease(
    Database database,
    WriteFence fence,
    IOptions<LeaseOptions> options,
    TimeProvider clock,
    IHostApplicationLifetime process,
    ILogger<SiloLease> log) : IHostedService, IAsyncDisposable
{
    /// <summary>The engine whose silos these are.</summary>
    public const string Engine = "microsoft";

    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(250);

    private readonly string _silo = $"{Environment.MachineName}/{Environment.ProcessId}/{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
    private readonly CancellationTokenSource _stop = new();
    private NpgsqlConnection? _connection;
    private Task _renewing = Task.CompletedTask;

    private TimeSpan Lease => options.Value.Duration;

    // A tenth is kept back for clocks that run at different speeds.
    private TimeSpan Term => Lease * 0.9;

    /// <inheritdoc/>
    /// <exception cref="StartRefusedException">Silos of another engine hold leases and do not end.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _connection = await database.OpenOwn(cancellationToken);
        var since = clock.GetTimestamp();
        for (var told = false; ; told = true)
        {
            var askedAt = clock.GetTimestamp();
            if (await Claim(cancellationToken) is { } epoch)
            {
                fence.Hold(_silo, epoch, askedAt, Term);
                LogClaimed(_silo, epoch);
                _renewing = Task.Run(KeepRenewing, CancellationToken.None);
                return;
            }

            var other = await Other(cancellationToken);
            if (!told) LogWaiting(other, options.Value.ClaimSecondsMax);
            if (clock.GetElapsedTime(since) >= TimeSpan.FromSeconds(options.Value.ClaimSecondsMax))
            {
                throw new StartRefusedException(
                    $"The database '{_connection.Database}' is held by a silo of another engine ({other}). One cluster runs one engine: stop those silos first, or give this one a database of its own.");
            }

            await Task.Delay(Retry, clock, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _renewing;
        fence.Release();
        if (fence.Epoch == 0) return;

        try
        {
            _connection ??= await database.OpenOwn(cancellationToken);
            await Execute("DELETE FROM silo_leases WHERE silo = $1 AND epoch = $2", [new() { Value = _silo }, new() { Value = fence.Epoch }], cancellationToken);
        }
        catch (Exception fault)
        {
            LogNotReleased(fault.Message);
        }

        await CloseConnection();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await CloseConnection();
        _stop.Dispose();
    }

    // Whoever changes the members of a cluster holds the row of its view, whatever its engine. Rows that ended long ago are of silos
    // that died.
    private async Task<long?> Claim(CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(_connection)
        {
            BatchCommands =
            {
                new("INSERT INTO cluster_views (cluster_id) VALUES ($1) ON CONFLICT DO NOTHING") { Parameters = { new() { Value = GrainStorage.Name } } },
                new("SELECT FROM cluster_views WHERE cluster_id = $1 FOR UPDATE") { Parameters = { new() { Value = GrainStorage.Name } } },
                new("DELETE FROM silo_leases WHERE cluster_id = $1 AND expires_at < clock_timestamp() - interval '10 minutes'")
                {
                    Parameters = { new() { Value = GrainStorage.Name } },
                },
                new("""
                    INSERT INTO silo_leases (silo, epoch, expires_at, cluster_id, service_id, name, engine)
                    SELECT $1, nextval('silo_epochs'), clock_timestamp() + make_interval(secs => $2), $3, $3, $1, $4
                    WHERE NOT EXISTS (SELECT FROM silo_leases WHERE engine <> $4 AND expires_at > clock_timestamp())
                    RETURNING epoch
                    """)
                {
                    Parameters = { new() { Value = _silo }, new() { Value = Lease.TotalSeconds }, new() { Value = GrainStorage.Name }, new() { Value = Engine } },
                },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? reader.GetInt64(0) : null;
    }

    private async Task<string> Other(CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT silo FROM silo_leases WHERE engine <> $1 ORDER BY epoch DESC LIMIT 1", _connection)
        {
            Parameters = { new() { Value = Engine } },
        };
        return await command.ExecuteScalarAsync(cancellation) as string ?? "gone in this moment";
    }

    private async Task KeepRenewing()
    {
        var renewed = true;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await Pause(_stop.Token);
                if (!await Renew(_stop.Token))
                {
                    ReplacedSilo.End(process, log, fence);
                    return;
                }

                if (!renewed) LogRenewedAgain(fence.Epoch);
                renewed = true;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                database.Translate(fault);
                if (renewed) LogNotRenewed(fence.Epoch, fault.GetBaseException().Message);
                renewed = false;
                await CloseConnection();
            }
        }
    }

    // Waiting on the session itself tells at once when PostgreSQL goes away; its pool of connections is then of no use either.
    private async Task Pause(CancellationToken cancellation)
    {
        if (_connection is { } connection) await connection.WaitAsync(options.Value.RenewPeriod, cancellation);
        else await Task.Delay(Retry, clock, cancellation);
    }

    private async Task<bool> Renew(CancellationToken cancellation)
    {
        _connection ??= await database.OpenOwn(cancellation);
        var askedAt = clock.GetTimestamp();
        var rows = await Execute(
            """
            UPDATE silo_leases AS mine SET
                held_since = CASE WHEN expires_at <= clock_timestamp() THEN clock_timestamp() ELSE held_since END,
                expires_at = clock_timestamp() + make_interval(secs => $3)
            WHERE silo = $1 AND epoch = $2 AND (expires_at > clock_timestamp() OR NOT EXISTS (
                SELECT FROM silo_leases AS other
                WHERE other.silo <> mine.silo AND other.expires_at > clock_timestamp() AND other.held_since <= mine.expires_at))
            """,
            [new() { Value = _silo }, new() { Value = fence.Epoch }, new() { Value = Lease.TotalSeconds }],
            cancellation);
        if (rows == 1) fence.Hold(_silo, fence.Epoch, askedAt, Term);
        return rows == 1;
    }

    private async Task<int> Execute(string sql, NpgsqlParameter[] parameters, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        command.Parameters.AddRange(parameters);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private async Task CloseConnection()
    {
        if (Interlocked.Exchange(ref _connection, null) is { } connection)
        {
            await connection.DisposeAsync();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Silo {Silo} holds its lease with epoch {Epoch}")]
    private partial void LogClaimed(string silo, long epoch);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database is held by a silo of another engine ({Other}); waiting up to {Seconds} s for it to stop")]
    private partial void LogWaiting(string other, int seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The lease of epoch {Epoch} could not be renewed: {Reason}")]
    private partial void LogNotRenewed(long epoch, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The lease of epoch {Epoch} is renewed again")]
    private partial void LogRenewedAgain(long epoch);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The lease was not given back and ends by itself: {Reason}")]
    private partial void LogNotReleased(string reason);
}
