using Orleans.Concurrency;

namespace OrleansSocial.Chat;

/// <summary>One conversation: its members and the order of its entries. Key: conversation id.</summary>
/// <remarks>
/// Entries are numbered 1, 2, 3, … without gaps, in the order in which they commit. Whoever is not a member gets
/// <c>chat.not_found</c>, as for a conversation that does not exist, so that ids cannot be probed.
/// An answer is given only after what it reports is durable; members hear of it afterwards. Whatever writes is refused as busy while
/// too much of the conversation waits for the storage: the same request may then be sent again.
/// </remarks>
[Alias("chat.conversation-grain")]
public interface IConversationGrain : IGrainWithGuidKey
{
    /// <summary>Starts the conversation with this key, which <see cref="IConversationsGrain"/> gives it. The same content again finds the conversation, as it is.</summary>
    /// <remarks>Nothing is found by somebody who repeats it and has left since. Other content under this id is a key that was used before.</remarks>
    [Alias("make"), ClusterOnly]
    [Refuses(
        "chat.not_found", "request.text_not_storable", "request.label", "chat.title_length", "chat.members_count", "chat.unknown_user", "chat.too_many_conversations", "request.key_reused", "chat.too_many_invitations",
        "chat.busy")]
    Task<Outcome<Made<ConversationView>>> Create(CreateConversation command);

    /// <summary>The conversation with its members.</summary>
    [Alias("get"), AlwaysInterleave, Refuses("chat.not_found")]
    Task<Outcome<ConversationView>> Get(UserId reader);

    /// <summary>Appends one text. The same client key again returns the same receipt, for ever.</summary>
    /// <remarks>Another text under a client key is refused. Calls interleave: texts that arrive together share a transaction and keep the order of their arrival.
    /// Who has read everything before their text has read it too: their watermark moves with it, which the text itself tells.</remarks>
    [Alias("send"), AlwaysInterleave]
    [Refuses(
        "chat.not_found", "chat.client_key", "request.text_not_storable", "chat.text_empty", "chat.text_too_long", "request.key_reused", "chat.busy")]
    Task<Outcome<MessageReceipt>> Send(SendMessage message);

    /// <summary>Replaces the text of one's own message and raises its version. The same text again changes nothing.</summary>
    /// <param name="by">Who.</param>
    /// <param name="seq">Which message.</param>
    /// <param name="text">The new text.</param>
    /// <param name="ifVersion">Only of this version; null for any. What is another by then is refused, also where nothing would change.</param>
    [Alias("edit")]
    [Refuses(
        "chat.not_found", "chat.message_not_found", "chat.not_the_sender", "chat.message_deleted",
        "request.text_not_storable", "chat.text_empty", "chat.text_too_long", "request.version_changed", "chat.busy")]
    Task<Outcome<MessageView>> Edit(UserId by, long seq, string text, int? ifVersion = null);

    /// <summary>Empties one's own message (an admin of a group: any) and raises its version; its number stays. Again: changes nothing.</summary>
    /// <param name="by">Who.</param>
    /// <param name="seq">Which message.</param>
    /// <param name="ifVersion">Only of this version; null for any. What is another by then is refused, also where nothing would change.</param>
    [Alias("delete"), Refuses("chat.not_found", "chat.message_not_found", "chat.not_the_sender", "request.version_changed", "chat.busy")]
    Task<Outcome<MessageView>> Delete(UserId by, long seq, int? ifVersion = null);

    /// <summary>One entry of the history, as it is now.</summary>
    [Alias("message"), AlwaysInterleave, Refuses("chat.not_found", "chat.message_not_found")]
    Task<Outcome<MessageView>> Message(UserId reader, long seq);

    /// <summary>Reads a stretch of the history that this member may read, in ascending order. Its cursors are numbers of the conversation; without one come the newest entries.</summary>
    [Alias("history-page"), AlwaysInterleave, Refuses("chat.not_found", "request.bad_cursor")]
    Task<Outcome<MessagePage>> History(UserId reader, PageAsk ask);

    /// <summary>Moves the reader's watermark up to <paramref name="seq"/>; a lower one changes nothing. Returns where it stands. Calls interleave and share transactions, as texts do.</summary>
    /// <remarks>There is no message beyond the newest number.</remarks>
    [Alias("mark-read"), AlwaysInterleave, Refuses("chat.not_found", "chat.message_not_found", "chat.busy")]
    Task<Outcome<ReadMarker>> MarkRead(UserId reader, long seq);

    /// <summary>Adds people to a group; those who are in it already are passed over. Whoever has chosen to be asked, has left this group by themselves, or has declined, is invited instead.</summary>
    [Alias("invite")]
    [Refuses(
        "chat.not_found", "chat.not_a_group", "chat.not_an_admin", "chat.members_count", "chat.unknown_user", "chat.too_many_conversations", "chat.too_many_invitations",
        "chat.busy")]
    Task<Outcome<ConversationView>> Invite(UserId by, IReadOnlyList<UserId> users);

    /// <summary>Lets in somebody who was invited and has accepted. Again: the conversation as it is.</summary>
    [Alias("admit"), ClusterOnly, Refuses("chat.not_invited", "chat.members_count", "chat.too_many_conversations", "chat.busy")]
    Task<Outcome<ConversationView>> Admit(UserId who);

    /// <summary>Those who are invited and have not answered, as members see them.</summary>
    [Alias("invited"), AlwaysInterleave, Refuses("chat.not_found")]
    Task<Outcome<InvitedList>> Invited(UserId reader);

    /// <summary>Takes an invitation back (admins). Again: changes nothing.</summary>
    [Alias("withdraw"), Refuses("chat.not_found", "chat.not_a_group", "chat.not_an_admin")]
    Task<Outcome<Done>> Withdraw(UserId by, UserId who);

    /// <summary>Leaves a group, or removes another from it (admins). Again: changes nothing. When the last admin leaves, the longest member becomes admin.</summary>
    [Alias("remove"), Refuses("chat.not_found", "chat.not_a_group", "chat.not_an_admin", "chat.busy")]
    Task<Outcome<Done>> Remove(UserId by, UserId who);

    /// <summary>Makes a member an admin, or an admin an ordinary member (admins; oneself as well). Again: changes nothing. A group keeps an admin.</summary>
    [Alias("set-role"), Refuses("chat.not_found", "chat.not_a_group", "chat.not_an_admin", "chat.not_a_member", "chat.last_admin", "chat.busy")]
    Task<Outcome<ConversationView>> SetRole(UserId by, UserId who, MemberRole role);

    /// <summary>Changes the title of a group, and what those may read who join from now on (admins). What is the same already changes nothing.</summary>
    [Alias("change"), Refuses("chat.not_found", "chat.not_a_group", "chat.not_an_admin", "request.text_not_storable", "request.label", "chat.title_length", "chat.busy")]
    Task<Outcome<ConversationView>> Change(UserId by, ChangeConversation change);

    /// <summary>How many hear of what this person changes here; 0 for who is not a member.</summary>
    [Alias("audience"), AlwaysInterleave]
    Task<int> Audience(UserId by);

    /// <summary>Changes the title of a group: as silos of the version before ask for it.</summary>
    [Alias("retitle"), ClusterOnly, Refuses("chat.not_found", "chat.not_a_group", "chat.not_an_admin", "request.text_not_storable", "request.label", "chat.title_length", "chat.busy")]
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
    [Alias("list-page"), AlwaysInterleave, Refuses("request.bad_cursor")]
    Task<Outcome<Page<ConversationSummary>>> List(PageAsk ask);
}
