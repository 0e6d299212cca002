namespace OrleansSocial.Chat;

/// <summary>Identifiers of conversations that follow from what they are, so that the same request names the same conversation on every node.</summary>
public static class ConversationIds
{
    /// <summary>The one conversation of two people, whoever begins it.</summary>
    public static ConversationId Direct(UserId one, UserId other)
    {
        var (lower, higher) = one.Value.CompareTo(other.Value) <= 0 ? (one, other) : (other, one);
        return Ids.Derived<ConversationId>("direct", lower.ToString(), higher.ToString());
    }

    /// <summary>The group that a person begins with this idempotency key.</summary>
    public static ConversationId Group(UserId founder, string idempotencyKey) =>
        Ids.Derived<ConversationId>("group", founder.ToString(), idempotencyKey);
}
