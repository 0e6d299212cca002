using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Npgsql;
using OrleansSocial.Kernel;

namespace OrleansSocial.Leases;

/// <summary>Claims the database for this silo at start, renews the claim while the silo runs, and gives it back at the end.</summary>
/// <remarks>
/// The claim is an advisory lock, which PostgreSQL frees the moment that the process dies, and a row of <c>silo_leases</c>, which
/// fences writes. A claim removes the rows of every other silo. A silo that finds its row removed was replaced: it stops.
/// While PostgreSQL cannot be reached the row stays, nobody can have replaced this silo, and it goes on as soon as it can renew.
/// </remarks>
internal sealed partial class SiloLease(
    Database database,
    WriteFence fence,
    IOptions<LeaseOptions> options,
    TimeProvider clock,
    IHostApplicationLifetime process,
    ILogger<SiloLease> log) : IHostedService, IAsyncDisposable
{
    /// <summary>How the process ends when it was replaced by another silo.</summary>
    public const int ReplacedExitCode = 3;

    private const long LockKey = 0x534F4349414C; // "SOCIAL"
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(250);

    private readonly string _silo = $"{Environment.MachineName}/{Environment.ProcessId}/{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
    private readonly CancellationTokenSource _stop = new();
    private NpgsqlConnection? _connection;
    private bool _locked;
    private Task _renewing = Task.CompletedTask;

    private TimeSpan Lease => TimeSpan.FromSeconds(options.Value.LeaseSeconds);

    // A tenth is kept back for clocks that run at different speeds.
    private TimeSpan Term => Lease * 0.9;

    /// <inheritdoc/>
    /// <exception cref="StartRefusedException">Another silo holds the database and does not give it free.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await TakeLock(cancellationToken);
        var askedAt = clock.GetTimestamp();
        var epoch = await Claim(cancellationToken);
        fence.Hold(_silo, epoch, askedAt, Term);
        LogClaimed(_silo, epoch);
        _renewing = Task.Run(KeepRenewing, CancellationToken.None);
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _renewing;
        fence.Release();
        if (fence.Epoch == 0)
        {
            return;
        }

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

    private async Task TakeLock(CancellationToken cancellation)
    {
        await OpenConnection(cancellation);
        var since = clock.GetTimestamp();
        var told = false;
        while (!await TryLock(cancellation))
        {
            if (!told)
            {
                LogWaiting(await Holder(cancellation), options.Value.ClaimSecondsMax);
                told = true;
            }

            if (clock.GetElapsedTime(since) >= TimeSpan.FromSeconds(options.Value.ClaimSecondsMax))
            {
                throw new StartRefusedException(
                    $"The database '{_connection!.Database}' is held by another silo ({await Holder(cancellation)}). Stop that one first, or give this one a database of its own.");
            }

            await Task.Delay(Retry, clock, cancellation);
        }
    }

    // A machine that lost its power says no goodbye: PostgreSQL asks after it, so that its lock is free within seconds.
    private async Task OpenConnection(CancellationToken cancellation)
    {
        _connection = await database.OpenOwn(cancellation);
        await Execute("SELECT set_config('tcp_keepalives_idle', '3', false), set_config('tcp_keepalives_interval', '2', false), set_config('tcp_keepalives_count', '3', false)", [], cancellation);
    }

    private async Task<bool> TryLock(CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT pg_try_advisory_lock($1)", _connection) { Parameters = { new() { Value = LockKey } } };
        return _locked = (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private async Task<string> Holder(CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT silo FROM silo_leases ORDER BY epoch DESC LIMIT 1", _connection);
        return await command.ExecuteScalarAsync(cancellation) as string ?? "not known by name yet";
    }

    // The removal waits for writes that run under the old lease, so no write of another silo commits after the claim.
    private async Task<long> Claim(CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            WITH replaced AS (DELETE FROM silo_leases WHERE silo <> $1)
            INSERT INTO silo_leases (silo, epoch, expires_at)
            VALUES ($1, nextval('silo_epochs'), clock_timestamp() + make_interval(secs => $2))
            RETURNING epoch
            """,
            _connection)
        {
            Parameters = { new() { Value = _silo }, new() { Value = Lease.TotalSeconds } },
        };
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
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
                    Replaced();
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
        if (_connection is { } connection) await connection.WaitAsync(Lease / 5, cancellation);
        else await Task.Delay(Retry, clock, cancellation);
    }

    private async Task<bool> Renew(CancellationToken cancellation)
    {
        if (_connection is null) await OpenConnection(cancellation);
        if (!_locked) await TryLock(cancellation);

        var askedAt = clock.GetTimestamp();
        var rows = await Execute(
            "UPDATE silo_leases SET expires_at = clock_timestamp() + make_interval(secs => $3) WHERE silo = $1 AND epoch = $2",
            [new() { Value = _silo }, new() { Value = fence.Epoch }, new() { Value = Lease.TotalSeconds }],
            cancellation);
        if (rows == 1)
        {
            fence.Hold(_silo, fence.Epoch, askedAt, Term);
        }

        return rows == 1;
    }

    private async Task<int> Execute(string sql, NpgsqlParameter[] parameters, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        command.Parameters.AddRange(parameters);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private void Replaced()
    {
        fence.Release();
        LogReplaced(_silo, fence.Epoch);
        Environment.ExitCode = ReplacedExitCode;
        process.StopApplication();
    }

    private async Task CloseConnection()
    {
        _locked = false;
        if (Interlocked.Exchange(ref _connection, null) is { } connection)
        {
            await connection.DisposeAsync();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Silo {Silo} holds the database with epoch {Epoch}")]
    private partial void LogClaimed(string silo, long epoch);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database is held by another silo ({Holder}); waiting up to {Seconds} s for it to stop")]
    private partial void LogWaiting(string holder, int seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The lease of epoch {Epoch} could not be renewed: {Reason}")]
    private partial void LogNotRenewed(long epoch, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The lease of epoch {Epoch} is renewed again")]
    private partial void LogRenewedAgain(long epoch);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Silo {Silo} with epoch {Epoch} was replaced by another silo; it stops")]
    private partial void LogReplaced(string silo, long epoch);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The lease was not given back and ends by itself: {Reason}")]
    private partial void LogNotReleased(string reason);
}
