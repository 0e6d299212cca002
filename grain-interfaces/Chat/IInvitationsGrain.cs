using Orleans.Concurrency;

namespace OrleansSocial.Chat;

/// <summary>The invitations to groups that one person has, and how they come into groups. Key: user id.</summary>
/// <remarks>Whether a group exists is told to nobody who is not invited to it.</remarks>
[Alias("chat.invitations")]
public interface IInvitationsGrain : IGrainWithGuidKey
{
    /// <summary>The invitations that wait for an answer.</summary>
    [Alias("list"), AlwaysInterleave, Refuses]
    Task<Outcome<InvitationList>> List();

    /// <summary>Joins the group. Again: the conversation as it is.</summary>
    [Alias("accept"), Refuses("chat.not_invited", "chat.members_count", "chat.too_many_conversations", "chat.busy")]
    Task<Outcome<ConversationView>> Accept(ConversationId conversation);

    /// <summary>Declines. Again, and without an invitation: changes nothing. Nobody is told; whoever invites again within the configured days invites in vain, and hears nothing of it.</summary>
    [Alias("decline"), Refuses]
    Task<Outcome<Done>> Decline(ConversationId conversation);

    /// <summary>How this person comes into groups.</summary>
    [Alias("joining"), AlwaysInterleave, Refuses]
    Task<Outcome<JoiningChoice>> Joining();

    /// <summary>Chooses how this person comes into groups from now on. Again: changes nothing.</summary>
    [Alias("choose"), Refuses]
    Task<Outcome<JoiningChoice>> Choose(GroupJoining joining);

    /// <summary>Invites, for a group whose admin may do so. Whoever is invited already stays so.</summary>
    [Alias("offer"), AlwaysInterleave, ClusterOnly, Refuses("chat.too_many_invitations")]
    Task<Outcome<Done>> Offer(ConversationId conversation, string title, UserId by);

    /// <summary>Takes an invitation back, for a group whose admin may do so. Again: changes nothing.</summary>
    [Alias("withdraw"), AlwaysInterleave, ClusterOnly, Refuses]
    Task<Outcome<Done>> Withdraw(ConversationId conversation);
}
