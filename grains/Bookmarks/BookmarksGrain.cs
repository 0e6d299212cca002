using Microsoft.Extensions.Options;
using Orleans.Placement;
using OrleansSocial.Chat;

namespace OrleansSocial.Bookmarks;

/// <summary>One person's saved messages. Key: user id. Changes come one at a time.</summary>
/// <remarks>Invariant: the count is that of the table; after a failed write the activation ends and the next one counts.</remarks>
[PreferLocalPlacement, CollectionAgeLimit(Minutes = 2)]
internal sealed class BookmarksGrain(BookmarkStore store, GroupCommit writer, ClusterKey cluster, IOptions<BookmarksOptions> options) : Grain, IBookmarksGrain
{
    private readonly Keyset<BookmarkKey> _list = new("bookmarks", cluster);
    private Ledger _ledger = null!;
    private int _count;

    private UserId Me => UserId.From(this.GetPrimaryKey());

    private IMessagesGrain Messages => GrainFactory.GetGrain<IMessagesGrain>(0);

    private Reading<BookmarkKey, BookmarkRow, MessageView, Bookmark> Reading => new(
        Skeleton: page => store.Page(Me, page),
        Hydrate: (viewer, rows) => Messages.Read(viewer, [.. rows.Select(row => row.Message)]),
        Rules: Rules.None<MessageView>(because: "a private list, and hydrating leaves out what its owner may not read"),
        Present: (row, message) => new(message, row.SavedAt));

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        (_count, var number) = await store.Count(Me);
        _ledger = new(writer, Me, number, new(WritesMax: 1, CommonRefusals.Unavailable, Apply, this.DeactivateOnIdle));
    }

    public async Task<Outcome<Bookmark>> Save(MessageRef message)
    {
        if (await Messages.Read(Me, [message]) is not [{ } view]) return BookmarkRefusals.MessageNotFound;
        if (await store.Find(Me, message) is { } saved) return new Bookmark(view, saved.SavedAt);
        if (_count >= options.Value.CountMax) return BookmarkRefusals.TooMany;

        var write = new BookmarkWrite(_ledger, Me, message, saves: true);
        return await _ledger.Commit(write) ?? (Outcome<Bookmark>)new Bookmark(view, write.At);
    }

    public async Task<Outcome<Done>> Remove(MessageRef message)
    {
        if (await store.Find(Me, message) is null) return Done.Instance;

        return await _ledger.Commit(new BookmarkWrite(_ledger, Me, message, saves: false)) ?? (Outcome<Done>)Done.Instance;
    }

    public async Task<Outcome<Page<Bookmark>>> List(PageAsk ask) =>
        _list.Read(Me, ask).TryGet(out var from, out var refusal) ? await Reading.Read(Me, from) : refusal;

    private void Apply(Write ended)
    {
        if (ended.Outcome == CommitOutcome.Stored) _count += ((BookmarkWrite)ended).Saves ? 1 : -1;
    }
}
