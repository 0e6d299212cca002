using System.Text;

namespace OrleansSocial.Chat;

/// <summary>Identifiers of conversations that follow from what they are, so that the same request names the same conversation on every node.</summary>
/// <remarks>
/// They are made with the key of the cluster: nobody can work out the identifier of others' conversation, and tell by how soon it is refused
/// whether they talk. What was begun before keeps the identifier that it has.
/// </remarks>
internal sealed class ConversationIds(ClusterKey cluster, ConversationStore store)
{
    /// <summary>The one conversation of two people, whoever begins it.</summary>
    public Task<ConversationId> Direct(UserId one, UserId other)
    {
        var (lower, higher) = one.Value.CompareTo(other.Value) <= 0 ? (one, other) : (other, one);
        return Of("direct", lower, higher.ToString());
    }

    /// <summary>The group that a person begins with this idempotency key.</summary>
    public Task<ConversationId> Group(UserId founder, string idempotencyKey) => Of("group", founder, idempotencyKey);

    /// <summary>As versions without the key made them.</summary>
    internal static ConversationId Unkeyed(string kind, UserId who, string what) => Ids.Derived<ConversationId>(kind, who.ToString(), what);

    private async Task<ConversationId> Of(string kind, UserId who, string what)
    {
        var before = Unkeyed(kind, who, what);
        return await store.Exists(before) ? before : ConversationId.From(Ids.Hashed(Marked($"chat.{kind}", who, what)));
    }

    private byte[] Marked(string use, UserId who, string what)
    {
        var mark = new byte[ClusterKey.MarkBytes];
        cluster.Mark(use, who, Encoding.UTF8.GetBytes(what), mark);
        return mark;
    }
}
