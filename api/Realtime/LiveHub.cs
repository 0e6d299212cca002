using Microsoft.AspNetCore.SignalR;

namespace OrleansSocial.Realtime;

/// <summary>The live door, <c>/v1/live</c>: what every client calls, whatever else its hub offers. What the server calls: <c>event</c>, <c>position</c>, <c>closing</c>.</summary>
public abstract class LiveHub(IGrainFactory grains) : Hub
{
    private static readonly Refusal[] s_unread = [CommonRefusals.TextNotStorable, RealtimeRefusals.UnknownMethod];

    /// <summary>Who calls.</summary>
    protected UserId Me => Live.Caller.User;

    /// <summary>The connection that the call came by, which needs not be told what it did; null while it is told nothing.</summary>
    protected ConnectionId? Origin => Live.IsSubscribed ? Live.Id : null;

    /// <summary>The grains.</summary>
    protected IGrainFactory Grains => grains;

    private LiveConnection Live => Of(Context);

    /// <summary>The live connection behind a call.</summary>
    internal static LiveConnection Of(HubCallerContext context) => context.Features.Get<LiveConnection>()!;

    /// <summary>Asks for everything live, and for what happened since a cursor. To be repeated with the new cursor while there is more.</summary>
    [Charged(nameof(Rate.Reads)), Repeated, Refuses("realtime.too_many_connections"), Asks<IChangesGrain>(nameof(IChangesGrain.Read))]
    public Task<CatchUpAnswer> Subscribe(string? cursor) => Live.Subscribe(cursor);

    /// <summary>Watches these people instead of those before: who is here now, and from here on who comes and goes. Whoever is in no conversation of the caller is away to them.</summary>
    [Charged(nameof(Rate.Reads)), Repeated, Refuses("realtime.watch_count")]
    public async Task<HubAnswer<IReadOnlyList<PresenceNotice>>> Watch(IReadOnlyList<UserId>? users)
    {
        if (users is null || users.Count > Live.Node.Options.WatchUsersMax) return RealtimeRefusals.WatchCount;
        return new(await Acquaintances.Presence(grains, Me, [.. users.Distinct()], Live.Watch), null);
    }

    /// <summary>Answers a call that could not be read with the code that says why.</summary>
    [Refuses("request.text_not_storable", "request.malformed", "realtime.unknown_method")]
#pragma warning disable CA1822 // A hub is called through instance methods only.
    public HubAnswer<Done> Refuse(string? code)
#pragma warning restore CA1822
        => s_unread.FirstOrDefault(refusal => refusal.Code == code) ?? CommonRefusals.Malformed;
}
