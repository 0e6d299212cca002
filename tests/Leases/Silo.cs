using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace OrleansSocial.Leases;

/// <summary>A silo as far as its lease goes: claims, renews, writes.</summary>
internal sealed class Silo : IHostApplicationLifetime, ILogger<SiloLease>, IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly SiloLease _lease;

    public Silo(string postgres, int claimSecondsMax = 20, int leaseSeconds = 15)
    {
        Fence = new WriteFence(TimeProvider.System);
        Database = new Database(postgres, new DatabaseOptions(), Fence, TimeProvider.System);
        var options = Options.Create(new LeaseOptions { ClaimSecondsMax = claimSecondsMax, LeaseSeconds = leaseSeconds });
        _lease = new SiloLease(Database, Fence, options, TimeProvider.System, this, this);
    }

    public WriteFence Fence { get; }

    public Database Database { get; }

    /// <summary>Whether the silo was told to end.</summary>
    public bool Ended => _stopping.IsCancellationRequested;

    /// <summary>Whether it has said that it waits for somebody.</summary>
    public bool Asked { get; private set; }

    public CancellationToken ApplicationStarted => CancellationToken.None;

    public CancellationToken ApplicationStopping => _stopping.Token;

    public CancellationToken ApplicationStopped => CancellationToken.None;

    public void StopApplication() => _stopping.Cancel();

    public Task Start() => _lease.StartAsync(CancellationToken.None);

    public Task Stop() => _lease.StopAsync(CancellationToken.None);

    /// <summary>Lets the next renewal come at once: a session that is cut is made anew, and renews.</summary>
    public Task RenewNow() => Ask<long>(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()");

    public Task<int> Write(string what) => Database.Write([new NpgsqlBatchCommand("INSERT INTO told VALUES ($1)") { Parameters = { new() { Value = what } } }]);

    public async Task<T> Ask<T>(string sql) => await Database.Use(async (connection, token) =>
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(token))!;
    });

    public async ValueTask DisposeAsync()
    {
        await _lease.StopAsync(CancellationToken.None);
        await _lease.DisposeAsync();
        await Database.DisposeAsync();
        _stopping.Dispose();
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Asked |= formatter(state, exception).Contains("waiting up to", StringComparison.Ordinal);
}
