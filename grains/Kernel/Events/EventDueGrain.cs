using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace OrleansSocial.Kernel;

/// <summary>Lets events happen whose time has come: takes them from those that are due and writes them into the log, in one transaction.</summary>
/// <remarks>
/// So an event happens once, however many activations believe to be the one, and subscribers handle it like any other. What came due
/// while no silo ran happens at the next start, the earliest first.
/// </remarks>
internal sealed partial class EventDueGrain(EventDue due, GroupCommit writer, IOptions<EventOptions> options, ILogger<EventDueGrain> log) : Grain, IEventDueGrain
{
    private const int BatchMax = 1000;
    private bool _failing;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var period = TimeSpan.FromMilliseconds(options.Value.DueMilliseconds);
        this.RegisterGrainTimer(Run, new GrainTimerCreationOptions(TimeSpan.Zero, period) { KeepAlive = true, Interleave = true });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task Wake() => Task.CompletedTask;

    private async Task Run(CancellationToken cancellation)
    {
        try
        {
            while (await due.Read(BatchMax, cancellation) is { Count: > 0 } come)
            {
                // One that was put off or taken back meanwhile ends the transaction: the next look finds things as they are.
                var happening = new Effects();
                foreach (var one in come)
                {
                    happening.Add(EventDue.Happened, one);
                    happening.Happened(one.Happens);
                }

                if (!await writer.TryStore(happening)) break;
            }

            _failing = false;
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            // Once an outage: it is looked again in a moment.
            if (!_failing) LogFailing(fault.GetBaseException().Message);
            _failing = true;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Events that are due cannot happen now; trying again: {Reason}")]
    private partial void LogFailing(string reason);
}
