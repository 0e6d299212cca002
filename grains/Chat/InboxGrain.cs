using Orleans.Placement;

namespace OrleansSocial.Chat;

/// <summary>One person's conversations. Key: user id. Holds nothing: each page is read from the storage.</summary>
/// <remarks>It lives where it is asked, for there is nothing to share, and not for long.</remarks>
[PreferLocalPlacement, CollectionAgeLimit(Minutes = 2)]
internal sealed class InboxGrain(InboxStore store, ClusterKey cluster) : Grain, IInboxGrain
{
    private readonly Keyset<InboxKey> _list = new("chat.inbox", cluster);

    public async Task<Outcome<Page<ConversationSummary>>> List(PageAsk ask)
    {
        var user = UserId.From(this.GetPrimaryKey());
        if (!_list.Read(user, ask).TryGet(out var from, out var refusal)) return refusal;

        return from.Cut(await store.Page(user, from));
    }
}
