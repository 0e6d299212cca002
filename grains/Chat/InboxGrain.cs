using Orleans.Placement;

namespace OrleansSocial.Chat;

/// <summary>One person's conversations. Key: user id. Holds nothing: each page is read from the storage.</summary>
/// <remarks>It lives where it is asked, for there is nothing to share, and not for long.</remarks>
[PreferLocalPlacement, CollectionAgeLimit(Minutes = 2)]
internal sealed class InboxGrain(InboxStore store) : Grain, IInboxGrain
{
    public async Task<Outcome<InboxPage>> List(string? after, int limit)
    {
        InboxCursor? cursor = null;
        if (limit is < 1 or > ChatRules.PageMax) return CommonRefusals.BadCursor;
        if (after is not null && !InboxCursor.TryParse(after, out cursor)) return CommonRefusals.BadCursor;

        // One more than asked for tells whether another page follows.
        var lines = await store.Page(UserId.From(this.GetPrimaryKey()), cursor, limit + 1);
        var next = lines.Count > limit ? lines[limit - 1].At.ToString() : null;
        return new InboxPage([.. lines.Take(limit).Select(line => line.Summary)], next);
    }
}
