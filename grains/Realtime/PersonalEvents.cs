namespace OrleansSocial.Realtime;

/// <summary>Pushes what the log holds for one person.</summary>
internal sealed class PersonalEvents(ILiveTeller teller) : IPersonalEvents
{
    /// <inheritdoc/>
    public void Tell(StoredEvent stored)
    {
        if (stored.Happened is not IPersonal { To: var to } || Of(stored) is not { } told) return;
        Tell(to, told);
    }

    /// <inheritdoc/>
    public void Tell(UserId to, LiveEvent passing) => teller.Tell(new Audience(to), passing);

    /// <summary>An event as its person is told it, pushed and from the cursor alike: its number is its transaction, and its version its place there. Null where nobody is told.</summary>
    public static LiveEvent? Of(StoredEvent stored) => EventDeclaration.Of(stored.Happened.GetType()).Told is { } type
        ? new(type, stored.Happened, stored.Happened.Topic, (long)stored.Place.Xid, stored.Place.Ordinal)
        : null;
}
