using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OrleansSocial.RateLimits;
using OrleansSocial.Realtime;

namespace OrleansSocial.Chat;

/// <summary>Conversations: who is in them, what was said, what is read.</summary>
public static class ChatEndpoints
{
    /// <summary>Sending and changing messages.</summary>
    public static readonly Rate Messages = new("Messages", tokensMax: 60, tokensPerSecond: 20);

    private const int BodyBytesMax = 64 * 1024;

    // A code point is at most two escapes of six bytes in JSON, and the longest text that an operator can allow has ten thousand.
    private const int TextBytesMax = 128 * 1024;

    /// <summary>Registers the hub.</summary>
    public static IServiceCollection AddChatEdge(this IServiceCollection services) => services.AddLiveHub<ChatHub>();

    /// <summary>Maps the slice's routes, under the group of the version.</summary>
    public static IEndpointRouteBuilder MapChat(this IEndpointRouteBuilder v1)
    {
        v1.MapLiveHub<ChatHub>();
        var conversations = v1.MapGroup("/conversations").WithTags("Chat");
        MapRooms(conversations);
        MapMessages(conversations);
        conversations.MapInvited();
        v1.MapInvitations();
        return v1;
    }

    private static void MapRooms(RouteGroupBuilder conversations)
    {
        conversations.MapPost("", Create).Signed().Limited(Rate.Writes).LimitedByWork<StartConversation>(body => body.Members.Count).RepeatedWithKey().BodyBytesMax(BodyBytesMax)
            .Creates(keyKept: "in the id of a group; two people have one conversation anyway", (ConversationView made) => $"/v1/conversations/{made.Id}")
            .WithSummary("Start a conversation").Asks<IConversationsGrain>(nameof(IConversationsGrain.Create));
        conversations.MapGet("", List).Signed().Limited(Rate.Reads).Repeated()
            .WithSummary("One's conversations, the most recently active first").Paged().Asks<IInboxGrain>(nameof(IInboxGrain.List));
        conversations.MapGet("/{id}", Get).Signed().Limited(Rate.Reads).Repeated()
            .WithSummary("A conversation with its members").Asks<IConversationGrain>(nameof(IConversationGrain.Get));
        conversations.MapPatch("/{id}", Change).Signed().Limited(Rate.Writes).LimitedByWork<ConversationId>(Audience).Repeated().BodyBytesMax(BodyBytesMax)
            .WithSummary("Change the title of a group, and what newcomers may read").Asks<IConversationGrain>(nameof(IConversationGrain.Change));
        conversations.MapPost("/{id}/members", Invite).Signed().Limited(Rate.Writes).LimitedByWork<NewMembers>(body => body.Users.Count).LimitedByWork<ConversationId>(Audience).Repeated().BodyBytesMax(BodyBytesMax)
            .WithSummary("Add people to a group, or invite those who are asked first").Asks<IConversationGrain>(nameof(IConversationGrain.Invite));
        conversations.MapPatch("/{id}/members/{user}", SetRole).Signed().Limited(Rate.Writes).LimitedByWork<ConversationId>(Audience).Repeated().BodyBytesMax(BodyBytesMax)
            .WithSummary("Make a member of a group an admin, or an ordinary member").Asks<IConversationGrain>(nameof(IConversationGrain.SetRole));
        conversations.MapDelete("/{id}/members/{user}", Remove).Signed().Limited(Rate.Writes).LimitedByWork<ConversationId>(Audience).Repeated()
            .WithSummary("Leave a group, or remove another from it").Asks<IConversationGrain>(nameof(IConversationGrain.Remove));
        conversations.MapPut("/{id}/read", MarkRead).Signed().Limited(Rate.Writes).Repeated().BodyBytesMax(BodyBytesMax)
            .WithSummary("Move one's read marker").Asks<IConversationGrain>(nameof(IConversationGrain.MarkRead));
        conversations.MapPost("/{id}/typing", Typing).Signed().Limited(Rate.Live).Once()
            .WithSummary("Tell the others that one is writing").Asks<IConversationGrain>(nameof(IConversationGrain.Typing));
    }

    private static void MapMessages(RouteGroupBuilder conversations)
    {
        conversations.MapPost("/{id}/messages", Send).Signed().Limited(Messages).Repeated().BodyBytesMax(TextBytesMax)
            .Creates(keyKept: "as the client key of the message", (MessageReceipt made) => $"/v1/conversations/{made.Conversation}/messages/{made.Seq}")
            .WithSummary("Send a text").Refuses(CommonRefusals.TwoKeys).Asks<IConversationGrain>(nameof(IConversationGrain.Send));
        conversations.MapGet("/{id}/messages", History).Signed().Limited(Rate.Reads).Repeated()
            .WithSummary("A stretch of history, oldest first").Paged().Asks<IConversationGrain>(nameof(IConversationGrain.History));
        conversations.MapGet("/{id}/messages/{seq}", Message).Signed().Limited(Rate.Reads).Repeated().Tagged((MessageView m) => m.Version)
            .WithSummary("One message").Asks<IConversationGrain>(nameof(IConversationGrain.Message));
        conversations.MapPatch("/{id}/messages/{seq}", Edit).Signed().Limited(Messages).RepeatedWithoutIfMatch().Tagged((MessageView m) => m.Version).BodyBytesMax(TextBytesMax)
            .WithSummary("Replace the text of one's message").Asks<IConversationGrain>(nameof(IConversationGrain.Edit));
        conversations.MapDelete("/{id}/messages/{seq}", Delete).Signed().Limited(Messages).RepeatedWithoutIfMatch().Tagged((MessageView m) => m.Version)
            .WithSummary("Empty a message").Asks<IConversationGrain>(nameof(IConversationGrain.Delete));
    }

    private static Task<Outcome<Made<ConversationView>>> Create(StartConversation body, IdempotencyKey key, Caller caller, IGrainFactory grains) =>
        grains.GetGrain<IConversationsGrain>(0).Create(new(caller.User, body.Kind, body.Title, body.Members, body.History ?? HistoryChoice.Everything), key.Value);

    private static Task<Outcome<Page<ConversationSummary>>> List([AsParameters] PageQuery page, Caller caller, IGrainFactory grains) =>
        page.Read(ask => grains.GetGrain<IInboxGrain>(caller.User).List(ask));

    private static Task<Outcome<ConversationView>> Get(ConversationId id, Caller caller, IGrainFactory grains) =>
        grains.GetGrain<IConversationGrain>(id).Get(caller.User);

    private static Task<Outcome<ConversationView>> Change(ConversationId id, GroupChange body, Caller caller, IGrainFactory grains) =>
        grains.GetGrain<IConversationGrain>(id).Change(caller.User, new(body.Title, body.History));

    private static Task<Outcome<ConversationView>> SetRole(ConversationId id, UserId user, NewRole body, Caller caller, IGrainFactory grains) =>
        grains.GetGrain<IConversationGrain>(id).SetRole(caller.User, user, body.Role);

    /// <summary>Whoever is told of a change is work.</summary>
    private static Task<int> Audience(ConversationId id, Caller caller, IGrainFactory grains) => grains.GetGrain<IConversationGrain>(id).Audience(caller.User);

    private static Task<Outcome<ConversationView>> Invite(ConversationId id, NewMembers body, Caller caller, IGrainFactory grains) =>
        grains.GetGrain<IConversationGrain>(id).Invite(caller.User, body.Users);

    private static Task<Outcome<Done>> Remove(ConversationId id, UserId user, Caller caller, IGrainFactory grains) =>
        grains.GetGrain<IConversationGrain>(id).Remove(caller.User, user);

    private static Task<Outcome<ReadMarker>> MarkRead(ConversationId id, ReadUpTo body, Caller caller, IGrainFactory grains) =>
        grains.GetGrain<IConversationGrain>(id).MarkRead(caller.User, body.Seq);

    private static async Task<Outcome<Done>> Typing(ConversationId id, Caller caller, IGrainFactory grains)
    {
        await grains.GetGrain<IConversationGrain>(id).Typing(caller.User);
        return Done.Instance;
    }

    private static async Task<Outcome<MessageReceipt>> Send(ConversationId id, SendText body, IdempotencyKey key, Caller caller, IGrainFactory grains) =>
        key.IsOtherThan(body.ClientKey)
            ? CommonRefusals.TwoKeys
            : await SendMetrics.Measure(grains.GetGrain<IConversationGrain>(id).Send(new(caller.User, body.ClientKey ?? key.Value ?? "", body.Text)));

    private static Task<Outcome<MessagePage>> History(ConversationId id, [AsParameters] PageQuery page, Caller caller, IGrainFactory grains) =>
        page.Read(ask => grains.GetGrain<IConversationGrain>(id).History(caller.User, ask));

    private static Task<Outcome<MessageView>> Message(ConversationId id, long seq, Caller caller, IGrainFactory grains) =>
        grains.GetGrain<IConversationGrain>(id).Message(caller.User, seq);

    private static Task<Outcome<MessageView>> Edit(ConversationId id, long seq, NewText body, IfMatch onlyIf, Caller caller, IGrainFactory grains) =>
        onlyIf.Change(version => grains.GetGrain<IConversationGrain>(id).Edit(caller.User, seq, body.Text, version));

    private static Task<Outcome<MessageView>> Delete(ConversationId id, long seq, IfMatch onlyIf, Caller caller, IGrainFactory grains) =>
        onlyIf.Change(version => grains.GetGrain<IConversationGrain>(id).Delete(caller.User, seq, version));
}

/// <summary>Starts a conversation.</summary>
/// <param name="Kind"><c>direct</c> or <c>group</c>.</param>
/// <param name="Members">The others; exactly one for a direct conversation.</param>
/// <param name="Title">Title of a group; absent for a direct conversation.</param>
/// <param name="History">What those may read who join a group later; everything when absent.</param>
public sealed record StartConversation(ConversationKind Kind, IReadOnlyList<UserId> Members, string? Title = null, HistoryChoice? History = null);

/// <summary>Changes of a group; what is absent stays.</summary>
/// <param name="Title">1 to 100 characters.</param>
/// <param name="History">What those may read who join from now on.</param>
public sealed record GroupChange(string? Title = null, HistoryChoice? History = null);

/// <summary>What a member may do from now on.</summary>
/// <param name="Role"><c>admin</c> or <c>member</c>.</param>
public sealed record NewRole(MemberRole Role);

/// <summary>People to add.</summary>
/// <param name="Users">Who.</param>
public sealed record NewMembers(IReadOnlyList<UserId> Users);

/// <summary>How far one has read.</summary>
/// <param name="Seq">Everything up to this number.</param>
public sealed record ReadUpTo(long Seq);

/// <summary>A text to send.</summary>
/// <param name="Text">Any Unicode but NUL.</param>
/// <param name="ClientKey">1 to 64 visible ASCII characters, a new one for each message; the <c>Idempotency-Key</c> header may stand for it.</param>
public sealed record SendText(string Text, [property: StringLength(ClientKeys.CharsMax, MinimumLength = 1)] string? ClientKey = null);

/// <summary>The text that replaces an earlier one.</summary>
/// <param name="Text">Any Unicode but NUL.</param>
public sealed record NewText(string Text);
