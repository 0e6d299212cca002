using System.Globalization;
using Microsoft.AspNetCore.SignalR;
using OrleansSocial.Chat;

namespace OrleansSocial.Realtime;

/// <summary>The live door, <c>/v1/live</c>: the calls that clients make. What the server calls: <c>event</c>, <c>position</c>, <c>closing</c>.</summary>
internal sealed class LiveHub(IGrainFactory grains, LiveNode node) : Hub
{
    private LiveConnection Live => Of(Context);

    private UserId Me => Live.Caller.User;

    /// <summary>The live connection behind a call.</summary>
    public static LiveConnection Of(HubCallerContext context) => context.Features.Get<LiveConnection>()!;

    /// <summary>Asks for everything live, and for what happened since a cursor. To be repeated with the new cursor while there is more.</summary>
    [Charged(nameof(Rate.Reads)), Repeated, Asks<IUserStreamGrain>(nameof(IUserStreamGrain.Attach)), Asks<IUserStreamGrain>(nameof(IUserStreamGrain.Read))]
    public Task<CatchUpAnswer> Subscribe(string? cursor) => Live.Subscribe(cursor);

    /// <summary>Sends one text; answers when it is durable.</summary>
    [Charged(nameof(ChatEndpoints.Messages)), Repeated, Asks<IConversationGrain>(nameof(IConversationGrain.Send))]
    public async Task<HubAnswer<MessageReceipt>> Send(ConversationId conversation, string? clientKey, string? text)
        => await Room(conversation).Send(new SendMessage(Me, clientKey ?? "", text ?? "", Live.Attached ? Live.Id : null));

    /// <summary>Replaces the text of one's own message.</summary>
    [Charged(nameof(ChatEndpoints.Messages)), Repeated, Asks<IConversationGrain>(nameof(IConversationGrain.Edit))]
    public async Task<HubAnswer<MessageView>> Edit(ConversationId conversation, long seq, string? text)
        => await Room(conversation).Edit(Me, seq, text ?? "");

    /// <summary>Empties one's own message.</summary>
    [Charged(nameof(ChatEndpoints.Messages)), Repeated, Asks<IConversationGrain>(nameof(IConversationGrain.Delete))]
    public async Task<HubAnswer<MessageView>> Delete(ConversationId conversation, long seq)
        => await Room(conversation).Delete(Me, seq);

    /// <summary>Reads history: after a number, before one, or the newest.</summary>
    [Charged(nameof(Rate.Reads)), Repeated, Refuses("request.bad_limit", "request.two_directions"), Asks<IConversationGrain>(nameof(IConversationGrain.History))]
    public async Task<HubAnswer<MessagePage>> History(ConversationId conversation, long? afterSeq, long? beforeSeq, int limit)
        => await new PageQuery(Cursor(afterSeq), Cursor(beforeSeq), limit).Read(ask => Room(conversation).History(Me, ask));

    /// <summary>Moves one's watermark.</summary>
    [Charged(nameof(Rate.Writes)), Repeated, Asks<IConversationGrain>(nameof(IConversationGrain.MarkRead))]
    public async Task<HubAnswer<ReadMarker>> MarkRead(ConversationId conversation, long seq)
        => await Room(conversation).MarkRead(Me, seq);

    /// <summary>Says that one is writing.</summary>
    [Charged(nameof(Rate.Live)), Asks<IConversationGrain>(nameof(IConversationGrain.Typing))]
    public async Task<HubAnswer<Done>> Typing(ConversationId conversation)
    {
        await Room(conversation).Typing(Me);
        return new(Done.Instance, null);
    }

    /// <summary>Reads the list of one's conversations.</summary>
    [Charged(nameof(Rate.Reads)), Repeated, Refuses("request.bad_limit", "request.two_directions"), Asks<IInboxGrain>(nameof(IInboxGrain.List))]
    public async Task<HubAnswer<Page<ConversationSummary>>> Inbox(string? after, int limit)
        => await new PageQuery(after, Before: null, limit).Read(ask => grains.GetGrain<IInboxGrain>(Me).List(ask));

    /// <summary>Watches these people instead of those before: who is here now, and from here on who comes and goes. Whoever is in no conversation of the caller is away to them.</summary>
    [Charged(nameof(Rate.Reads)), Repeated, Refuses("realtime.watch_count"), Asks<IUserStreamGrain>(nameof(IUserStreamGrain.Watch))]
    public async Task<HubAnswer<IReadOnlyList<PresenceNotice>>> Watch(IReadOnlyList<UserId>? users)
    {
        if (users is null || users.Count > node.Options.WatchUsersMax) return RealtimeRefusals.WatchCount;
        var (notices, known) = await Acquaintances.Presence(grains, Me, [.. users.Distinct()], stream => stream.Watch(Me));
        Live.Watched = new WatchList([.. notices.Where(notice => known.Contains(notice.User))]);
        return new(notices, null);
    }

    /// <summary>Answers a call that could not be read with the code that says why.</summary>
    [Refuses("request.text_not_storable", "request.malformed")]
#pragma warning disable CA1822 // A hub is called through instance methods only.
    public HubAnswer<Done> Refuse(string? code)
#pragma warning restore CA1822
        => code == CommonRefusals.TextNotStorable.Code ? CommonRefusals.TextNotStorable : CommonRefusals.Malformed;

    private static string? Cursor(long? seq) => seq?.ToString(CultureInfo.InvariantCulture);

    private IConversationGrain Room(ConversationId conversation) => grains.GetGrain<IConversationGrain>(conversation);
}
