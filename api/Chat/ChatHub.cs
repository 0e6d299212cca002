using System.Globalization;
using OrleansSocial.Realtime;

namespace OrleansSocial.Chat;

/// <summary>The hub of this application: chat is what is called often enough for a call by the live connection; every other slice is asked by its routes.</summary>
internal sealed class ChatHub(IGrainFactory grains) : LiveHub(grains)
{
    /// <summary>Sends one text; answers when it is durable.</summary>
    [Charged(nameof(ChatEndpoints.Messages)), Repeated, Asks<IConversationGrain>(nameof(IConversationGrain.Send))]
    public async Task<HubAnswer<MessageReceipt>> Send(ConversationId conversation, string? clientKey, string? text)
        => await SendMetrics.Measure(Room(conversation).Send(new SendMessage(Me, clientKey ?? "", text ?? "", Origin)));

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
        => await new PageQuery(after, Before: null, limit).Read(ask => Grains.GetGrain<IInboxGrain>(Me).List(ask));

    private static string? Cursor(long? seq) => seq?.ToString(CultureInfo.InvariantCulture);

    private IConversationGrain Room(ConversationId conversation) => Grains.GetGrain<IConversationGrain>(conversation);
}
