namespace OrleansSocial.Realtime;

/// <summary>Tells people and topics live what has happened. Each node that holds somebody concerned is told once, however many they are.</summary>
/// <remarks>
/// Best effort: what is lost on the way is found by the cursor. Two events of one source that are told one after the other by one silo
/// come to every node in this order. Nobody waits for it, and whoever has no live connection costs a look into a table of this silo.
/// </remarks>
public interface ILiveTeller
{
    /// <summary>Tells people. Who may see it is decided here and now, by whoever names them: no node is asked.</summary>
    void Tell(Audience to, LiveEvent happened);

    /// <summary>Tells whoever follows a topic. For what is never stored.</summary>
    void Tell(LiveTopic topic, LiveEvent passing);
}

/// <summary>Who is told.</summary>
/// <param name="Source">What tells it, such as a conversation: the events of one source keep their order.</param>
/// <param name="People">Each of them once.</param>
/// <param name="But">Who is not told, if they are among them.</param>
/// <param name="Origin">The connection that knows it already.</param>
public readonly record struct Audience(Guid Source, IReadOnlyCollection<UserId> People, UserId? But = null, ConnectionId? Origin = null)
{
    /// <summary>One person, and the events of theirs alone as the source.</summary>
    public Audience(UserId only)
        : this(only.Value, [only])
    {
    }
}

/// <summary>What connections follow for as long as they want to, whoever they belong to.</summary>
/// <param name="Key">Its name; never that of a person.</param>
public readonly record struct LiveTopic(Guid Key)
{
    private static readonly Guid s_presence = new("6a1f0c52-94d3-4b7e-8a5c-3d2e9b7f4c10");

    /// <summary>A person's coming and going.</summary>
    public static LiveTopic PresenceOf(UserId user)
    {
        Span<byte> key = stackalloc byte[16];
        Span<byte> mask = stackalloc byte[16];
        user.Value.TryWriteBytes(key);
        s_presence.TryWriteBytes(mask);
        for (var i = 0; i < key.Length; i++) key[i] ^= mask[i];
        return new(new Guid(key));
    }
}
