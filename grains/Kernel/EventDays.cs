using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace OrleansSocial.Kernel;

/// <summary>Sees to it that the log of events has a partition for today and the days that follow, that days go which nobody is to read, and that its numbers belong to the history of this database: before this silo serves, and every hour.</summary>
/// <remarks>A write on a day without one fails. So there are some ahead: as many nights may pass in which PostgreSQL could not be asked.</remarks>
internal sealed partial class EventDays(Database database, IOptions<EventOptions> options, TimeProvider clock, ILogger<EventDays> log) : IHostedService, IDisposable
{
    private const int DaysAhead = 3;
    private static readonly TimeSpan s_pause = TimeSpan.FromHours(1);

    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Make(cancellationToken);
        _running = Task.Run(Run, CancellationToken.None);
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _running;
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private async Task Run()
    {
        using var timer = new PeriodicTimer(s_pause, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token)) await TryMake();
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private async Task TryMake()
    {
        try
        {
            await Make(_stop.Token);
        }
        catch (Exception fault) when (!_stop.IsCancellationRequested)
        {
            LogNotMade(fault.GetBaseException().Message);
        }
    }

    // Outside the pool, as the migrations: what the pool may lack is found out and told when the fence is put up.
    private async Task Make(CancellationToken cancellation)
    {
        await using var connection = await database.OpenOwn(cancellation);
        await using var command = new NpgsqlCommand("SELECT social_event_rebase(), social_event_days($1), social_event_prune($2)", connection)
        {
            Parameters = { Sql.Int(DaysAhead), Sql.Int(options.Value.DaysMax) },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The log of events has no partition made for the days ahead; trying again in an hour: {Reason}")]
    private partial void LogNotMade(string reason);
}
