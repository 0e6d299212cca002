using System.Runtime.InteropServices;

namespace OrleansSocial.Chat;

/// <summary>The client keys of a conversation that are under way, and the newest that are stored.</summary>
/// <remarks>Invariants:
/// 1. A key that is under way is always held.
/// 2. Of the stored ones at most <c>keysMax</c> are held: the newest.
/// 3. That a key is not held says nothing: the unique index knows them all.</remarks>
internal sealed class RecentKeys(int keysMax)
{
    private readonly Dictionary<(UserId Sender, string Key), ConversationWrite> _underWay = [];
    private readonly Dictionary<UserId, int> _countUnderWay = [];
    private readonly Dictionary<(UserId Sender, string Key), StoredText> _stored = [];
    private readonly Queue<(UserId Sender, string Key)> _order = [];

    public ConversationWrite? UnderWay(UserId sender, string key) => _underWay.GetValueOrDefault((sender, key));

    public StoredText? Stored(UserId sender, string key) => _stored.TryGetValue((sender, key), out var text) ? text : null;

    /// <summary>How many texts of others than this sender are under way.</summary>
    public int OthersUnderWay(UserId sender) => _underWay.Count - _countUnderWay.GetValueOrDefault(sender);

    public void Begin(ConversationWrite write)
    {
        _underWay.Add(KeyOf(write), write);
        CollectionsMarshal.GetValueRefOrAddDefault(_countUnderWay, KeyOf(write).Sender, out _)++;
    }

    /// <summary>The write is at its end. <paramref name="text"/> is what is stored under its key; null when nobody knows.</summary>
    public void End(ConversationWrite write, StoredText? text)
    {
        var key = KeyOf(write);
        if (_underWay.Remove(key) && --CollectionsMarshal.GetValueRefOrNullRef(_countUnderWay, key.Sender) == 0) _countUnderWay.Remove(key.Sender);
        if (text is { } stored) Keep(key.Sender, key.Key, stored);
    }

    public void Keep(UserId sender, string clientKey, StoredText text)
    {
        if (_stored.TryAdd((sender, clientKey), text)) _order.Enqueue((sender, clientKey));
        while (_order.Count > keysMax)
            _stored.Remove(_order.Dequeue());
    }

    private static (UserId Sender, string Key) KeyOf(ConversationWrite write) => (write.Entries[0].Sender, write.Entries[0].ClientKey!);
}
