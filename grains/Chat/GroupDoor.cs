using Microsoft.Extensions.Options;
using OrleansSocial.Users;

namespace OrleansSocial.Chat;

/// <summary>Who may be put into a conversation, and who is asked first.</summary>
internal sealed class GroupDoor(ConversationStore members, InvitationStore invitations, IGrainFactory grains, IOptions<ChatOptions> options)
{
    /// <summary>Whoever is put into a conversation exists, and is not in as many as one may be.</summary>
    public async Task<Refusal?> RefusePeople(IReadOnlyList<UserId> users)
    {
        // Profiles are for everyone to see, so any of them may be the viewer.
        var profiles = await grains.GetGrain<IProfilesGrain>(0).Read(users[0], [.. users.Distinct()]);
        if (profiles.Contains(null)) return ChatRefusals.UnknownUser;
        return await members.IsAnyInAsMany(users, options.Value.ConversationsMax) ? ChatRefusals.TooManyConversations : null;
    }

    /// <summary>Invites those of some people who are asked first, and returns the others: they come in at once. Nobody is asked to be one of two.</summary>
    public async Task<Outcome<UserId[]>> AskFirst(ConversationState room, UserId by, IReadOnlyList<UserId> people)
    {
        if (room.Kind == ConversationKind.Direct) return people.ToArray();

        var asked = await invitations.Asked(room.Id, people);
        if (asked.Count == 0) return people.ToArray();

        var offers = await Task.WhenAll(asked.Select(user => grains.GetGrain<IInvitationsGrain>(user).Offer(room.Id, room.Title!, by)));
        return offers.Select(offer => offer.Refusal).FirstOrDefault(refusal => refusal is not null) is { } refused ? refused : people.Where(user => !asked.Contains(user)).ToArray();
    }

    /// <summary>Those who are invited and have not answered.</summary>
    public async Task<InvitedList> Invited(ConversationId group) => new(await invitations.Invited(group));

    /// <summary>Takes an invitation back.</summary>
    public Task<Outcome<Done>> Withdraw(ConversationId group, UserId who) => grains.GetGrain<IInvitationsGrain>(who).Withdraw(group);
}
