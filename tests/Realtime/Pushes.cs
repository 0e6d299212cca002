using OrleansSocial.Chat;

namespace OrleansSocial.Realtime;

/// <summary>Events of one conversation, as they are pushed.</summary>
internal static class Pushes
{
    public static readonly Guid Topic = Guid.NewGuid();

    public static LiveEvent Created(long seq) => new(ChatLive.MessageCreated.Name, "", Topic, seq) { IsUnbroken = true };

    public static LiveEvent Changed(long seq) => new(ChatLive.MessageChanged.Name, "", Topic, seq, 2);
}
