using Microsoft.Extensions.Options;
using Npgsql;
using OrleansSocial.Kernel;

namespace OrleansSocial.Membership;

/// <summary>Puts this silo's fence up before it joins the cluster, and keeps its heartbeat while it serves.</summary>
/// <remarks>
/// The heartbeat is a fenced write: twice a second it tells a silo that was replaced, however long it stood still or is cut off from
/// the others. Its transaction is what horizons stand on. The fence itself goes with the silo's death (<see cref="FencedMembership"/>).
/// </remarks>
internal sealed partial class SiloFence(
    FenceStore fences,
    WriteFence fence,
    Database database,
    ILocalSiloDetails silo,
    SiloEnd end,
    IOptions<MembershipOptions> options,
    TimeProvider clock,
    ILogger<SiloFence> log) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    // After the silo's death is written, which comes one stage earlier, nothing beats any more.
    private const int Stage = ServiceLifecycleStage.RuntimeInitialize + 2;

    private readonly CancellationTokenSource _stop = new();
    private Task _beating = Task.CompletedTask;

    private string Me => silo.SiloAddress.ToParsableString();

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle observer)
    {
        observer.Subscribe(nameof(SiloFence), Stage, Start, Stop);
        observer.Subscribe(nameof(SiloFence), ServiceLifecycleStage.Active, cancellation => fences.Join(fence, cancellation));
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private async Task Start(CancellationToken cancellation)
    {
        await CheckSessions(cancellation);
        await CheckAddress(cancellation);
        await fences.Put(Me, fence.Id, options.Value.Kind, cancellation);
        fence.WriteRefused += end.Replaced;
        _beating = Task.Run(Beat, CancellationToken.None);
    }

    private async Task Stop(CancellationToken cancellation)
    {
        fence.WriteRefused -= end.Replaced;
        await _stop.CancelAsync();
        await _beating;
    }

    // A pooler that hands connections out by the transaction knows nothing of a session's settings.
    private async Task CheckSessions(CancellationToken cancellation)
    {
        const string What = $"Grain state and reminders are fenced by the setting {WriteFence.SessionSetting} of their session, which this PostgreSQL does not keep";
        const string Remedy = $"Where ConnectionStrings__{KernelModule.ConnectionName} leads through a pooler, let ConnectionStrings__{KernelModule.DirectConnectionName} name the server itself.";
        try
        {
            await using var connection = await database.FencedSource.OpenConnectionAsync(cancellation);
            await using var command = new NpgsqlCommand("SELECT current_setting($1, true)", connection) { Parameters = { new() { Value = WriteFence.SessionSetting } } };
            if (await command.ExecuteScalarAsync(cancellation) as string != fence.Id.ToString()) throw new StartRefusedException($"{What}. {Remedy}");
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.ProtocolViolation)
        {
            throw new StartRefusedException($"{What}: {fault.MessageText}. {Remedy}", fault);
        }
    }

    // Silos of two machines that both tell their loopback address would put each other out, again and again.
    private async Task CheckAddress(CancellationToken cancellation)
    {
        var address = Me[..(Me.LastIndexOf('@') + 1)];
        var since = clock.GetTimestamp();
        while ((await fences.All(cancellation)).Any(other => other.Silo.StartsWith(address, StringComparison.Ordinal) && other.SilentFor < Beats(3)))
        {
            if (clock.GetElapsedTime(since) > Beats(10))
                throw new StartRefusedException($"Another silo lives at {address[..^1]}, as the heartbeat that it writes to this database shows. Give each an address of its own: Social__Node__Address on each machine, Social__Node__SiloPort on one.");
            await Task.Delay(Beats(0.5), clock, cancellation);
        }
    }

    private TimeSpan Beats(double count) => TimeSpan.FromMilliseconds(options.Value.HeartbeatMilliseconds * count);

    private async Task Beat()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(options.Value.HeartbeatMilliseconds));
        var failing = false;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(_stop.Token);
                await fences.Beat(Me, fence, _stop.Token);
                failing = false;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (PostgresException fault) when (WriteFence.IsRefusal(fault))
            {
                fence.CountRefused();
                return;
            }
            catch (Exception fault)
            {
                // Once per outage: it is tried again in a moment.
                if (!failing) LogNoHeartbeat(fault.GetBaseException().Message);
                failing = true;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The heartbeat of this silo was not written; trying again: {Reason}")]
    private partial void LogNoHeartbeat(string reason);
}
