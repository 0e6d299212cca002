namespace OrleansSocial.Identity;

/// <summary>One ticket. Invariant: its holder is told once at most.</summary>
internal sealed class TicketGrain(TimeProvider clock) : Grain, ITicketGrain
{
    private TicketHolder? _holder;
    private long _issuedAt;

    public Task Issue(TicketHolder holder)
    {
        (_holder, _issuedAt) = (holder, clock.GetTimestamp());
        DelayDeactivation(TimeSpan.FromSeconds(Tickets.SecondsMax));
        return Task.CompletedTask;
    }

    public Task<TicketHolder?> Redeem()
    {
        var holder = clock.GetElapsedTime(_issuedAt) < TimeSpan.FromSeconds(Tickets.SecondsMax) ? _holder : null;
        _holder = null;
        this.DeactivateOnIdle();
        return Task.FromResult(holder);
    }
}
