namespace OrleansSocial.Kernel;

/// <summary>What a viewer may see of things that were read for them: a flag for each, in their order.</summary>
internal delegate ValueTask<IReadOnlyList<bool>> Rules<TView>(UserId viewer, IReadOnlyList<TView> views);

/// <summary>Rules that every slice may need.</summary>
internal static class Rules
{
    /// <summary>No rule but those of the slice that has read the things.</summary>
    /// <param name="because">Why none is needed; for the reader of the code.</param>
    public static Rules<TView> None<TView>(string because)
    {
        ArgumentException.ThrowIfNullOrEmpty(because);
        return (_, views) => new([.. views.Select(_ => true)]);
    }
}

/// <summary>How a list of things that others have made is read, in four steps that each have a name.</summary>
/// <param name="Skeleton">Which things, in the order of the list.</param>
/// <param name="Hydrate">The things themselves, by one question to the slice that has them; null for what the viewer may not read.</param>
/// <param name="Rules">What is left out for this viewer.</param>
/// <param name="Present">The item of the list.</param>
internal sealed record Reading<TKey, TRow, TView, TItem>(
    Func<KeysetPage<TKey>, Task<List<(TRow Row, TKey Key)>>> Skeleton,
    Func<UserId, IReadOnlyList<TRow>, Task<IReadOnlyList<TView?>>> Hydrate,
    Rules<TView> Rules,
    Func<TRow, TView, TItem> Present)
    where TKey : struct
    where TView : class
{
    private const int RefillsMax = 10;

    /// <summary>A page for a viewer. It is refilled when something was left out; so short a page is one before the end only where very much was left out, and then it has a cursor all the same.</summary>
    public async Task<Page<TItem>> Read(UserId viewer, KeysetPage<TKey> from)
    {
        var items = new List<(TItem, TKey)>();
        for (var (at, fills) = (from, 0); ; fills++)
        {
            var rows = await Skeleton(at);
            items.AddRange(await Visible(viewer, rows));
            if (rows.Count < at.RowsMax || items.Count >= from.RowsMax) return from.Cut(items);

            at = at.From(rows[^1].Key);
            if (fills == RefillsMax) return from.Cut(items, readTo: rows[^1].Key);
        }
    }

    private async Task<IEnumerable<(TItem, TKey)>> Visible(UserId viewer, List<(TRow Row, TKey Key)> rows)
    {
        if (rows.Count == 0) return [];
        var views = await Hydrate(viewer, [.. rows.Select(row => row.Row)]);
        var read = rows.Zip(views).Where(one => one.Second is not null).Select(one => (one.First.Row, one.First.Key, View: one.Second!)).ToList();
        var shown = await Rules(viewer, [.. read.Select(one => one.View)]);
        return read.Zip(shown).Where(one => one.Second).Select(one => (Present(one.First.Row, one.First.View), one.First.Key));
    }
}
