using System.Buffers.Text;
using System.Text.Json;

namespace OrleansSocial.Kernel;

/// <summary>A list that is read in pages along the key of its order, both ways.</summary>
/// <typeparam name="TKey">By what the list is ordered; no two items have the same. A record struct of a few values.</typeparam>
/// <param name="list">Names the list in its cursors, so that those of another list are none of this one. Another one when the key becomes another.</param>
/// <param name="cluster">Marks the cursors: what the cluster did not give this person is refused.</param>
/// <remarks>
/// A cursor is a mark and the key as JSON, in base64url. Example, a grain of somebody's list and its store:
/// <code>
/// if (!_list.Read(me, ask).TryGet(out var from, out var refusal)) return refusal;
/// return from.Cut(await store.Page(me, from));
/// </code>
/// </remarks>
internal sealed class Keyset<TKey>(string list, ClusterKey cluster)
    where TKey : struct
{
    private const int CharsMax = 1024;

    /// <summary>Where a page begins, or <see cref="CommonRefusals.BadCursor"/> for a cursor that is not one of this list and person.</summary>
    /// <param name="owner">Whose list it is, or who reads it.</param>
    /// <param name="ask">What they ask for.</param>
    public Outcome<KeysetPage<TKey>> Read(UserId owner, PageAsk ask)
    {
        var cursor = ask.After ?? ask.Before;
        if (cursor is null) return new KeysetPage<TKey>(this, owner, ask, null);
        return TryRead(cursor, owner, out var key) ? new KeysetPage<TKey>(this, owner, ask, key) : CommonRefusals.BadCursor;
    }

    /// <summary>The cursor of an item.</summary>
    public string Write(UserId owner, TKey key)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(key, JsonSerializerOptions.Strict);
        var token = new byte[ClusterKey.MarkBytes + json.Length];
        json.CopyTo(token, ClusterKey.MarkBytes);
        cluster.Mark(list, owner, json, token);
        return Base64Url.EncodeToString(token);
    }

    private bool TryRead(string cursor, UserId owner, out TKey key)
    {
        key = default;
        if (cursor.Length is 0 or > CharsMax || !Base64Url.IsValid(cursor)) return false;
        var token = Base64Url.DecodeFromChars(cursor);
        if (token.Length <= ClusterKey.MarkBytes || Base64Url.EncodeToString(token) != cursor) return false;

        var json = token.AsSpan(ClusterKey.MarkBytes);
        if (!cluster.Knows(list, owner, json, token.AsSpan(0, ClusterKey.MarkBytes))) return false;
        key = JsonSerializer.Deserialize<TKey>(json, JsonSerializerOptions.Strict);
        return true;
    }
}

/// <summary>A page of a list that is to be read: the store selects with it, and it makes the page of what was selected.</summary>
/// <typeparam name="TKey">By what the list is ordered.</typeparam>
internal sealed class KeysetPage<TKey>(Keyset<TKey> list, UserId owner, PageAsk ask, TKey? cursor)
    where TKey : struct
{
    /// <summary>Select what comes after this key in the list's order, nearest first; or before it, nearest first, when <see cref="Backward"/>. Null: from the beginning.</summary>
    public TKey? Cursor => cursor;

    /// <summary>Whether the page is read against the list's order.</summary>
    public bool Backward => ask.Before is not null;

    /// <summary>How many rows to select: one more than asked for tells whether there is more.</summary>
    public int RowsMax => ask.Limit + 1;

    /// <summary>The same page, to be read on from a key.</summary>
    public KeysetPage<TKey> From(TKey key) => new(list, owner, ask, key);

    /// <summary>Makes the page of the rows, which come in the order in which they were to be selected.</summary>
    /// <param name="rows">What was selected, and is not left out.</param>
    /// <param name="readTo">Where the reading was given up before the page was full, though there may be more; null when it was not.</param>
    public Page<T> Cut<T>(IReadOnlyList<(T Item, TKey Key)> rows, TKey? readTo = null)
    {
        if (readTo is { } end && rows.Count <= ask.Limit) return GivenUp(rows, list.Write(owner, end));

        var more = rows.Count > ask.Limit;
        var page = rows.Take(ask.Limit).ToList();
        if (page.Count == 0) return new([], null, null);
        if (Backward) page.Reverse();

        // Where the reading came from there is something, unless it began at the beginning.
        var (precedes, follows) = Backward ? (more, true) : (cursor is not null, more);
        return new([.. page.Select(row => row.Item)], follows ? list.Write(owner, page[^1].Key) : null, precedes ? list.Write(owner, page[0].Key) : null);
    }

    private Page<T> GivenUp<T>(IReadOnlyList<(T Item, TKey Key)> rows, string end)
    {
        var items = rows.Select(row => row.Item).ToList();
        if (!Backward) return new(items, end, cursor is not null && rows.Count > 0 ? list.Write(owner, rows[0].Key) : null);

        items.Reverse();
        return new(items, rows.Count > 0 ? list.Write(owner, rows[0].Key) : null, end);
    }
}
