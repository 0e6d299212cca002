using Orleans.Concurrency;

namespace OrleansSocial.Chat;

/// <summary>One conversation: its members and the order of its entries. Key: conversation id.</summary>
/// <remarks>
/// Entries are numbered 1, 2, 3, … without gaps, in the order in which they commit. Whoever is not a member gets
/// <c>chat.not_found</c>, as for a conversation that does not exist, so that ids cannot be probed.
/// An answer is given only after what it reports is durable; members hear of it afterwards. Whatever writes may also answer
/// <c>chat.busy</c> or <c>service.unavailable</c>: the same request may then be sent again.
/// </remarks>
[Alias("chat.conversation-grain")]
public interface IConversationGrain : IGrainWithGuidKey
{
    /// <summary>Starts the conversation with this key. The same content again returns the conversation as it is.</summary>
    /// <remarks>Refusals, in order: <c>request.text_not_storable</c>, <c>chat.title_length</c>, <c>chat.members_count</c>, <c>chat.unknown_user</c>, <c>request.key_reused</c> (other content under this id), <c>service.unavailable</c>; <c>chat.not_found</c> when it is a repetition by somebody who left since.</remarks>
    [Alias("create")]
    Task<Outcome<ConversationView>> Create(CreateConversation command);

    /// <summary>The conversation with its members.</summary>
    /// <remarks>Refusals: <c>chat.not_found</c>.</remarks>
    [Alias("get"), AlwaysInterleave]
    Task<Outcome<ConversationView>> Get(UserId reader);

    /// <summary>Appends one text. The same client key again returns the same receipt, for ever.</summary>
    /// <remarks>
    /// Refusals, in order: <c>chat.not_found</c>, <c>chat.client_key</c>, <c>request.text_not_storable</c>, <c>chat.text_empty</c>, <c>chat.text_too_long</c>,
    /// <c>request.key_reused</c> (another text under this key), <c>chat.busy</c> (the conversation's queue is full), <c>service.unavailable</c>.
    /// Calls interleave: texts that arrive together share a transaction and keep the order of their arrival.
    /// </remarks>
    [Alias("send"), AlwaysInterleave]
    Task<Outcome<MessageReceipt>> Send(SendMessage message);

    /// <summary>Replaces the text of one's own message and raises its version. The same text again changes nothing.</summary>
    /// <remarks>Refusals, in order: <c>chat.not_found</c>, <c>chat.message_not_found</c>, <c>chat.not_the_sender</c>, <c>chat.message_deleted</c>, and those of the text as for <see cref="Send"/>.</remarks>
    [Alias("edit")]
    Task<Outcome<MessageView>> Edit(UserId by, long seq, string text);

    /// <summary>Empties one's own message (an admin of a group: any) and raises its version; its number stays. Again: changes nothing.</summary>
    /// <remarks>Refusals, in order: <c>chat.not_found</c>, <c>chat.message_not_found</c>, <c>chat.not_the_sender</c>.</remarks>
    [Alias("delete")]
    Task<Outcome<MessageView>> Delete(UserId by, long seq);

    /// <summary>Reads a stretch of history, in ascending order.</summary>
    /// <remarks>Refusals: <c>chat.not_found</c>, <c>request.bad_cursor</c>.</remarks>
    [Alias("history"), AlwaysInterleave]
    Task<Outcome<MessagePage>> History(ReadHistory query);

    /// <summary>Moves the reader's watermark up to <paramref name="seq"/>; a lower one changes nothing. Returns where it stands. Calls interleave and share transactions, as texts do.</summary>
    /// <remarks>Refusals: <c>chat.not_found</c>, <c>chat.message_not_found</c> (beyond the newest number).</remarks>
    [Alias("mark-read"), AlwaysInterleave]
    Task<Outcome<ReadMarker>> MarkRead(UserId reader, long seq);

    /// <summary>Adds people to a group; those who are in it already are passed over.</summary>
    /// <remarks>Refusals, in order: <c>chat.not_found</c>, <c>chat.not_a_group</c>, <c>chat.not_an_admin</c>, <c>chat.members_count</c>, <c>chat.unknown_user</c>.</remarks>
    [Alias("invite")]
    Task<Outcome<ConversationView>> Invite(UserId by, IReadOnlyList<UserId> users);

    /// <summary>Leaves a group, or removes another from it (admins). Again: changes nothing. When the last admin leaves, the longest member becomes admin.</summary>
    /// <remarks>Refusals, in order: <c>chat.not_found</c>, <c>chat.not_a_group</c>, <c>chat.not_an_admin</c>.</remarks>
    [Alias("remove")]
    Task<Outcome<Done>> Remove(UserId by, UserId who);

    /// <summary>Changes the title of a group.</summary>
    /// <remarks>Refusals, in order: <c>chat.not_found</c>, <c>chat.not_a_group</c>, <c>chat.not_an_admin</c>, <c>request.text_not_storable</c>, <c>chat.title_length</c>.</remarks>
    [Alias("retitle")]
    Task<Outcome<ConversationView>> Retitle(UserId by, string title);

    /// <summary>Tells the other members that one is writing. Best effort, never stored; more than one in three seconds is dropped.</summary>
    [Alias("typing"), OneWay, AlwaysInterleave]
    Task Typing(UserId by);
}

/// <summary>One person's conversations: the list with unread counts. Key: user id. Reads only.</summary>
[Alias("chat.inbox-grain")]
public interface IInboxGrain : IGrainWithGuidKey
{
    /// <summary>The conversations that this person is in, the most recently active first.</summary>
    /// <param name="after">Cursor of an earlier page, or null for the first.</param>
    /// <param name="limit">1 to 100.</param>
    /// <remarks>Refusals: <c>request.bad_cursor</c>.</remarks>
    [Alias("list"), AlwaysInterleave]
    Task<Outcome<InboxPage>> List(string? after, int limit);
}
