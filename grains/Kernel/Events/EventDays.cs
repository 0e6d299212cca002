using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;

namespace OrleansSocial.Kernel;

/// <summary>Sees to it that the log of events has a partition for today and the days that follow, that days go which nobody is to read, and that its numbers belong to the history of this database: before this silo serves, and every hour.</summary>
/// <remarks>A write on a day without one fails. So there are some ahead: as many nights may pass in which PostgreSQL could not be asked.</remarks>
internal sealed class EventDays(Database database, IOptions<EventOptions> options) : IHostedService
{
    private const int DaysAhead = 3;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Make(cancellationToken);

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Makes days and drops days. Again: nothing happens.</summary>
    /// <remarks>Outside the pool, as the migrations: what the pool may lack is found out and told when the fence is put up.</remarks>
    public async Task Make(CancellationToken cancellation)
    {
        await using var connection = await database.OpenOwn(cancellation);
        await using var command = new NpgsqlCommand("SELECT social_event_rebase(), social_event_days($1), social_event_prune($2)", connection)
        {
            Parameters = { Sql.Int(DaysAhead), Sql.Int(options.Value.DaysMax) },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
