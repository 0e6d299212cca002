using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace OrleansSocial.Chat;

/// <summary>Invitations to groups: one's own to answer, a group's to look at and take back.</summary>
internal static class InvitationEndpoints
{
    private const int BodyBytesMax = 1024;

    /// <summary>Maps what a person does with theirs.</summary>
    public static void MapInvitations(this IEndpointRouteBuilder v1)
    {
        var invitations = v1.MapGroup("/invitations").WithTags("Chat");
        invitations.MapGet("", List).Signed().Limited(Rate.Reads).Repeated()
            .WithSummary("The invitations that wait for one's answer, the newest first").Asks<IInvitationsGrain>(nameof(IInvitationsGrain.List));
        invitations.MapPost("/{conversation}/accept", Accept).Signed().Limited(Rate.Writes).Repeated()
            .WithSummary("Join the group").Asks<IInvitationsGrain>(nameof(IInvitationsGrain.Accept));
        invitations.MapDelete("/{conversation}", Decline).Signed().Limited(Rate.Writes).Repeated()
            .WithSummary("Decline").Asks<IInvitationsGrain>(nameof(IInvitationsGrain.Decline));
        v1.MapGet("/me/joining", Joining).WithTags("Chat").Signed().Limited(Rate.Reads).Repeated()
            .WithSummary("How one comes into groups").Asks<IInvitationsGrain>(nameof(IInvitationsGrain.Joining));
        v1.MapPut("/me/joining", Choose).WithTags("Chat").Signed().Limited(Rate.Writes).Repeated().BodyBytesMax(BodyBytesMax)
            .WithSummary("Choose whether one is added to groups or asked").Asks<IInvitationsGrain>(nameof(IInvitationsGrain.Choose));
    }

    /// <summary>Maps what members and admins of a group do with its invitations.</summary>
    public static void MapInvited(this RouteGroupBuilder conversations)
    {
        conversations.MapGet("/{id}/invitations", Invited).Signed().Limited(Rate.Reads).Repeated()
            .WithSummary("Those who are invited and have not answered").Asks<IConversationGrain>(nameof(IConversationGrain.Invited));
        conversations.MapDelete("/{id}/invitations/{user}", Withdraw).Signed().Limited(Rate.Writes).Repeated()
            .WithSummary("Take an invitation back").Asks<IConversationGrain>(nameof(IConversationGrain.Withdraw));
    }

    private static Task<Outcome<InvitationList>> List(Caller caller, IGrainFactory grains) => Mine(caller, grains).List();

    private static Task<Outcome<ConversationView>> Accept(ConversationId conversation, Caller caller, IGrainFactory grains) => Mine(caller, grains).Accept(conversation);

    private static Task<Outcome<Done>> Decline(ConversationId conversation, Caller caller, IGrainFactory grains) => Mine(caller, grains).Decline(conversation);

    private static Task<Outcome<JoiningChoice>> Joining(Caller caller, IGrainFactory grains) => Mine(caller, grains).Joining();

    private static Task<Outcome<JoiningChoice>> Choose(NewJoining body, Caller caller, IGrainFactory grains) => Mine(caller, grains).Choose(body.Joining);

    private static Task<Outcome<InvitedList>> Invited(ConversationId id, Caller caller, IGrainFactory grains) =>
        grains.GetGrain<IConversationGrain>(id).Invited(caller.User);

    private static Task<Outcome<Done>> Withdraw(ConversationId id, UserId user, Caller caller, IGrainFactory grains) =>
        grains.GetGrain<IConversationGrain>(id).Withdraw(caller.User, user);

    private static IInvitationsGrain Mine(Caller caller, IGrainFactory grains) => grains.GetGrain<IInvitationsGrain>(caller.User);
}

/// <summary>How one wants to come into groups.</summary>
/// <param name="Joining"><c>added</c> or <c>asked</c>.</param>
public sealed record NewJoining(GroupJoining Joining);
