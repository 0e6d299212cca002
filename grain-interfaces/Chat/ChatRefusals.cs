namespace OrleansSocial.Chat;

/// <summary>Every refusal of this slice.</summary>
public static class ChatRefusals
{
    /// <summary>No such conversation, or the caller is not in it.</summary>
    public static readonly Refusal NotFound = new("chat.not_found", Kind.NotFound, "There is no such conversation among yours.");

    /// <summary>No entry with this number, or it is not a text.</summary>
    public static readonly Refusal MessageNotFound = new("chat.message_not_found", Kind.NotFound, "There is no such message in this conversation.");

    /// <summary>Only who wrote a message may change it.</summary>
    public static readonly Refusal NotTheSender = new("chat.not_the_sender", Kind.Forbidden, "Only the sender may change this message.");

    /// <summary>A deleted message cannot be edited.</summary>
    public static readonly Refusal MessageDeleted = new("chat.message_deleted", Kind.Conflict, "This message was deleted and cannot be edited.");

    /// <summary>The client key is missing, too long or holds other than visible ASCII.</summary>
    public static readonly Refusal ClientKey = new("chat.client_key", Kind.Invalid, "Send a clientKey of 1 to 64 visible ASCII characters, a new one for each message.");

    /// <summary>Nothing of the text can be seen.</summary>
    public static readonly Refusal TextEmpty = new("chat.text_empty", Kind.Unprocessable, "A message needs a text with something that can be seen.");

    /// <summary>The text is longer than the limit.</summary>
    public static readonly Refusal TextTooLong = new("chat.text_too_long", Kind.TooLarge, "The text is longer than this server takes; split it.");

    /// <summary>A title is missing, shows nothing, or is longer than the limit.</summary>
    public static readonly Refusal TitleLength = new("chat.title_length", Kind.Unprocessable, "A group needs a title of 1 to 100 characters, one of which at least can be seen; a direct conversation has none.");

    /// <summary>Too few or too many members.</summary>
    public static readonly Refusal MembersCount = new("chat.members_count", Kind.Unprocessable, "A direct conversation has exactly one other person; a group has at most as many members as this server takes.");

    /// <summary>One of the people named has no account.</summary>
    public static readonly Refusal UnknownUser = new("chat.unknown_user", Kind.Unprocessable, "One of these people does not exist.");

    /// <summary>One of the people named is in as many conversations as one may be.</summary>
    public static readonly Refusal TooManyConversations = new("chat.too_many_conversations", Kind.Conflict, "One of these people is in as many conversations as one may be; somebody has to leave one first.");

    /// <summary>The action exists for groups only.</summary>
    public static readonly Refusal NotAGroup = new("chat.not_a_group", Kind.Conflict, "This is possible in a group only.");

    /// <summary>The action is for admins only.</summary>
    public static readonly Refusal NotAnAdmin = new("chat.not_an_admin", Kind.Forbidden, "Only an admin of the group may do this.");

    /// <summary>No such invitation waits for the caller.</summary>
    public static readonly Refusal NotInvited = new("chat.not_invited", Kind.NotFound, "There is no such invitation among yours.");

    /// <summary>One of the people named has as many invitations as one may have.</summary>
    public static readonly Refusal TooManyInvitations = new("chat.too_many_invitations", Kind.Conflict, "One of these people has as many invitations as one may have; they have to answer one first.");

    /// <summary>The person named is not in the group.</summary>
    public static readonly Refusal NotAMember = new("chat.not_a_member", Kind.NotFound, "This person is not in the group.");

    /// <summary>The only admin of a group cannot cease to be one.</summary>
    public static readonly Refusal LastAdmin = new("chat.last_admin", Kind.Conflict, "A group needs an admin; make somebody else one first.");

    /// <summary>The conversation has as many messages waiting for the storage as it may.</summary>
    public static readonly Refusal Busy = new("chat.busy", Kind.Unavailable, "This conversation takes no more messages at the moment; send the same message again in a second.") { RetryAfterSeconds = 1 };
}
