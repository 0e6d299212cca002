using Microsoft.Extensions.Options;
using Orleans.Placement;

namespace OrleansSocial.Chat;

/// <summary>One person's invitations. Key: user id. Holds nothing: each question is asked of the storage.</summary>
/// <remarks>
/// A group asks this grain while this grain may be asking the group, so that what a group asks interleaves.
/// An invitation ends after its person has joined: when a silo goes away between the two, accepting again ends it.
/// </remarks>
[PreferLocalPlacement, CollectionAgeLimit(Minutes = 2)]
internal sealed class InvitationsGrain(InvitationStore store, GroupCommit writer, IOptions<ChatOptions> options, TimeProvider clock) : Grain, IInvitationsGrain
{
    private const int WritesMax = 100;

    private Ledger _ledger = null!;

    private UserId Me => UserId.From(this.GetPrimaryKey());

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _ledger = new(writer, Me, 0, new(WritesMax, CommonRefusals.Unavailable, static _ => { }, this.DeactivateOnIdle));
        return Task.CompletedTask;
    }

    public async Task<Outcome<InvitationList>> List() => new InvitationList(await store.Waiting(Me));

    public async Task<Outcome<ConversationView>> Accept(ConversationId conversation)
    {
        var group = GrainFactory.GetGrain<IConversationGrain>(conversation);
        if (await Waiting(conversation) is not { } invitation)
            return await group.Get(Me) is { Accepted: true } joined ? joined : ChatRefusals.NotInvited;

        var admitted = await group.Admit(Me);
        if (admitted.Refusal is { } refusal && refusal != ChatRefusals.NotInvited) return refusal;
        return await _ledger.Commit(new InvitationEndedWrite(_ledger, invitation, declined: false)) ?? admitted;
    }

    public async Task<Outcome<Done>> Decline(ConversationId conversation) => await End(conversation, declined: true);

    public async Task<Outcome<JoiningChoice>> Joining() => new JoiningChoice(await store.Joining(Me));

    public async Task<Outcome<JoiningChoice>> Choose(GroupJoining joining)
    {
        if (await store.Joining(Me) == joining) return new JoiningChoice(joining);

        return await _ledger.Commit(new JoiningWrite(_ledger, Me, joining)) ?? (Outcome<JoiningChoice>)new JoiningChoice(joining);
    }

    public async Task<Outcome<Done>> Offer(ConversationId conversation, string title, UserId by)
    {
        if (await store.Find(Me, conversation) is { } known && (known.DeclinedAt is null || Rests(known.DeclinedAt.Value))) return Done.Instance;
        if (await store.Count(Me) >= options.Value.InvitationsMax) return ChatRefusals.TooManyInvitations;

        return await _ledger.Commit(new InvitationMadeWrite(_ledger, Me, conversation, title, by)) ?? (Outcome<Done>)Done.Instance;
    }

    public async Task<Outcome<Done>> Withdraw(ConversationId conversation) => await End(conversation, declined: false);

    private async Task<Outcome<Done>> End(ConversationId conversation, bool declined)
    {
        if (await Waiting(conversation) is not { } invitation) return Done.Instance;

        return await _ledger.Commit(new InvitationEndedWrite(_ledger, invitation, declined)) ?? (Outcome<Done>)Done.Instance;
    }

    private async Task<InvitationRow?> Waiting(ConversationId conversation) => await store.Find(Me, conversation) is { DeclinedAt: null } waiting ? waiting : null;

    private bool Rests(DateTimeOffset declinedAt) => clock.GetUtcNow() - declinedAt < TimeSpan.FromDays(options.Value.DeclinedDays);
}
