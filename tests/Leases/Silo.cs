using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace OrleansSocial.Leases;

/// <summary>A silo as far as its lease goes: claims, renews, writes, and can be cut off from its lock.</summary>
internal sealed class Silo : IHostApplicationLifetime, IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly string _name;

    public Silo(string postgres, string name, int claimSecondsMax = 20, int leaseSeconds = 15)
    {
        _name = name;
        Fence = new WriteFence(TimeProvider.System);
        Database = new Database($"{postgres};Application Name={name}", new DatabaseOptions(), Fence, TimeProvider.System);
        var options = Options.Create(new LeaseOptions { ClaimSecondsMax = claimSecondsMax, LeaseSeconds = leaseSeconds });
        Lease = new SiloLease(Database, Fence, options, TimeProvider.System, this, NullLogger<SiloLease>.Instance);
    }

    public WriteFence Fence { get; }

    public Database Database { get; }

    public SiloLease Lease { get; }

    /// <summary>Whether the silo was told to end.</summary>
    public bool Ended => _stopping.IsCancellationRequested;

    public CancellationToken ApplicationStarted => CancellationToken.None;

    public CancellationToken ApplicationStopping => _stopping.Token;

    public CancellationToken ApplicationStopped => CancellationToken.None;

    public void StopApplication() => _stopping.Cancel();

    public Task Start() => Lease.StartAsync(CancellationToken.None);

    public Task Stop() => Lease.StopAsync(CancellationToken.None);

    public Task<int> Write(string what) => Database.Write([new NpgsqlBatchCommand("INSERT INTO told VALUES ($1)") { Parameters = { new() { Value = what } } }]);

    public async Task<T> Ask<T>(string sql) => await Database.Use(async (connection, token) =>
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(token))!;
    });

    /// <summary>Ends the sessions of another silo, as the system does when its process dies.</summary>
    public Task<long> CutOff(Silo other) => Ask<long>($"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = '{other._name}'");

    public async ValueTask DisposeAsync()
    {
        await Lease.StopAsync(CancellationToken.None);
        await Lease.DisposeAsync();
        await Database.DisposeAsync();
        _stopping.Dispose();
    }
}
