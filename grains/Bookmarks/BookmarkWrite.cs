using OrleansSocial.Chat;

namespace OrleansSocial.Bookmarks;

/// <summary>A message that is saved or removed, with what others devices of the person are told.</summary>
internal sealed class BookmarkWrite(Ledger owner, UserId user, MessageRef message, bool saves) : Write(owner)
{
    public bool Saves => saves;

    /// <summary>When it was saved.</summary>
    public DateTimeOffset At { get; private set; }

    public override int Chars => 0;

    public override void Render(Rows rows)
    {
        At = rows.At;
        if (saves)
        {
            rows.Add(BookmarkStore.Saved, new(user, message, Owner.TakeSeq(), At));
            rows.Happened(this, new BookmarkSaved(user, message, At));
        }
        else
        {
            rows.Add(BookmarkStore.Removed, new(user, message, 0, At));
            rows.Happened(this, new BookmarkRemoved(user, message));
        }
    }
}
