namespace OrleansSocial.Chat;

/// <summary>How somebody comes into groups that others put them into.</summary>
public enum GroupJoining
{
    /// <summary>They are a member at once, unless they left that group by themselves or declined an invitation to it.</summary>
    Added = 1,

    /// <summary>They are invited, and join when they accept.</summary>
    Asked = 2,
}

/// <summary>One's choice of how one comes into groups.</summary>
/// <param name="Joining">How.</param>
[GenerateSerializer, Immutable, Alias("chat.joining-choice")]
public sealed record JoiningChoice([property: Id(0)] GroupJoining Joining);

/// <summary>An invitation that waits for an answer, as the invited person sees it.</summary>
/// <param name="Conversation">To which group.</param>
/// <param name="Title">Its title.</param>
/// <param name="MemberCount">How many are in it now.</param>
/// <param name="By">Who invites.</param>
/// <param name="InvitedAt">When, UTC.</param>
[GenerateSerializer, Immutable, Alias("chat.invitation")]
public sealed record InvitationView(
    [property: Id(0)] ConversationId Conversation,
    [property: Id(1)] string Title,
    [property: Id(2)] int MemberCount,
    [property: Id(3)] UserId By,
    [property: Id(4)] DateTimeOffset InvitedAt);

/// <summary>The invitations that wait for one's answer.</summary>
/// <param name="Items">The newest first.</param>
[GenerateSerializer, Immutable, Alias("chat.invitations-list")]
public sealed record InvitationList([property: Id(0)] IReadOnlyList<InvitationView> Items);

/// <summary>Somebody who is invited to a group and has not answered, as its members see it.</summary>
/// <param name="User">Who.</param>
/// <param name="By">Who invites.</param>
/// <param name="InvitedAt">When, UTC.</param>
[GenerateSerializer, Immutable, Alias("chat.invited")]
public sealed record InvitedView([property: Id(0)] UserId User, [property: Id(1)] UserId By, [property: Id(2)] DateTimeOffset InvitedAt);

/// <summary>Those who are invited to a group and have not answered.</summary>
/// <param name="Items">The newest first, at most five hundred.</param>
[GenerateSerializer, Immutable, Alias("chat.invited-list")]
public sealed record InvitedList([property: Id(0)] IReadOnlyList<InvitedView> Items);

/// <summary>Somebody is invited to a group.</summary>
/// <param name="To">Who.</param>
/// <param name="Conversation">To which group.</param>
/// <param name="Title">Its title then.</param>
/// <param name="By">Who invites.</param>
/// <param name="InvitedAt">When, UTC.</param>
[GenerateSerializer, Immutable, Alias("chat.invitation-made"), Told("invitation.made")]
public sealed record InvitationMade(
    [property: Id(0)] UserId To,
    [property: Id(1)] ConversationId Conversation,
    [property: Id(2)] string Title,
    [property: Id(3)] UserId By,
    [property: Id(4)] DateTimeOffset InvitedAt) : IPersonal;

/// <summary>An invitation was accepted, declined or withdrawn.</summary>
/// <param name="To">Who was invited.</param>
/// <param name="Conversation">To which group.</param>
[GenerateSerializer, Immutable, Alias("chat.invitation-ended"), Told("invitation.ended")]
public sealed record InvitationEnded([property: Id(0)] UserId To, [property: Id(1)] ConversationId Conversation) : IPersonal;
