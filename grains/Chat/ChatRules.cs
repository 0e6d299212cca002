using System.Collections.Immutable;
using System.Globalization;

namespace OrleansSocial.Chat;

/// <summary>The decisions of this slice. Pure: no I/O, no clock, no grain.</summary>
internal static class ChatRules
{
    /// <summary>Longest title of a group, in characters as people see them.</summary>
    public const int TitleCharsMax = 100;

    /// <summary>Refuses who is not in the conversation, as if there were none.</summary>
    public static Refusal? RefuseStranger(ConversationState? room, UserId user) => room?.IsMember(user) == true ? null : ChatRefusals.NotFound;

    public static Refusal? RefuseSend(ConversationState? room, SendMessage message, ChatOptions options) =>
        RefuseStranger(room, message.Sender)
        ?? (ClientKeys.IsKey(message.ClientKey) ? null : ChatRefusals.ClientKey)
        ?? RefuseText(message.Text, options);

    public static Refusal? RefuseText(string? text, ChatOptions options) =>
        string.IsNullOrEmpty(text)             ? ChatRefusals.TextEmpty :
        !TextRules.IsStorable(text)            ? CommonRefusals.TextNotStorable :
        TextRules.DrawsNothing(text)           ? ChatRefusals.TextEmpty :
        !TextRules.Fits(text, options.TextCharsMax) ? ChatRefusals.TextTooLong : null;

    public static Refusal? RefuseTitle(ConversationKind kind, string? title) => kind == ConversationKind.Direct
        ? title is null ? null : ChatRefusals.TitleLength
        : TitleOf(title).Refusal;

    /// <summary>The title of a group as it is kept.</summary>
    public static Outcome<string> TitleOf(string? title) => TextRules.Label(title, TitleCharsMax, ChatRefusals.TitleLength);

    /// <summary>What no conversation can be, whatever the options say: a repetition of a creation is not refused for this.</summary>
    public static Refusal? RefuseForm(CreateConversation command) =>
        RefuseTitle(command.Kind, command.Title)
        ?? (command.Kind == ConversationKind.Group || (command.Others.Count == 1 && OthersOf(command).Count == 1) ? null : ChatRefusals.MembersCount);

    /// <summary>A group holds as many as the options say.</summary>
    public static Refusal? RefuseSize(CreateConversation command, ChatOptions options) =>
        command.Kind == ConversationKind.Direct || OthersOf(command).Count < options.MembersMax ? null : ChatRefusals.MembersCount;

    public static Refusal? RefuseInvite(ConversationState? room, UserId by, IReadOnlyList<UserId> users, ChatOptions options) =>
        RefuseAdminTask(room, by)
        ?? (users.Count > 0 && room!.Members.Count + NewcomersOf(room, users).Count <= options.MembersMax ? null : ChatRefusals.MembersCount);

    /// <summary>What only an admin of a group may do.</summary>
    public static Refusal? RefuseAdminTask(ConversationState? room, UserId by) =>
        RefuseStranger(room, by)
        ?? (room!.Kind == ConversationKind.Group ? null : ChatRefusals.NotAGroup)
        ?? (room.IsAdmin(by) ? null : ChatRefusals.NotAnAdmin);

    /// <summary>Only an admin changes what somebody may do, and a group keeps an admin.</summary>
    public static Refusal? RefuseRole(ConversationState? room, UserId by, UserId who, MemberRole role) =>
        RefuseAdminTask(room, by)
        ?? (room!.IsMember(who) ? null : ChatRefusals.NotAMember)
        ?? (role == MemberRole.Member && room.IsLastAdmin(who) ? ChatRefusals.LastAdmin : null);

    /// <summary>Everyone may leave a group; only an admin may remove another.</summary>
    public static Refusal? RefuseRemove(ConversationState? room, UserId by, UserId who) =>
        RefuseStranger(room, by)
        ?? (room!.Kind == ConversationKind.Group ? null : ChatRefusals.NotAGroup)
        ?? (by == who || room.IsAdmin(by) ? null : ChatRefusals.NotAnAdmin);

    public static Refusal? RefuseRead(ConversationState? room, UserId reader, long seq) =>
        RefuseStranger(room, reader)
        ?? (seq >= 0 && seq <= room!.LastSeq ? null : ChatRefusals.MessageNotFound);

    /// <summary>Which entries a member asks for: the cursors of a history are its numbers.</summary>
    public static Outcome<Stretch> AskHistory(ConversationState? room, UserId reader, PageAsk ask) =>
        RefuseStranger(room, reader) is { } refusal ? refusal :
        TrySeq(ask.After, out var after) && TrySeq(ask.Before, out var before)
            ? new Stretch(after, before, ask.Limit, room!.Members[reader].HistoryFrom)
            : CommonRefusals.BadCursor;

    /// <summary>What a creation answers: who repeats it and has left since finds nothing.</summary>
    public static Outcome<Made<ConversationView>> Made(ConversationState? room, UserId by, bool isNew) =>
        RefuseStranger(room, by) is { } refusal ? refusal : new Made<ConversationView>(room!.View(), isNew);

    /// <summary>A member sees every entry that there is.</summary>
    public static Outcome<MessageView> Seen(ConversationState? room, UserId reader, MessageView? entry) =>
        RefuseStranger(room, reader) is { } refusal ? refusal : entry is not null ? entry : ChatRefusals.MessageNotFound;

    /// <summary>Only who wrote a text changes it, and only while it stands.</summary>
    public static Refusal? RefuseEdit(ConversationState? room, UserId by, MessageView? message, string? text, ChatOptions options) =>
        RefuseStranger(room, by)
        ?? (message is { Kind: EntryKind.Text } ? null : ChatRefusals.MessageNotFound)
        ?? (message!.Sender == by ? null : ChatRefusals.NotTheSender)
        ?? (message.DeletedAt is null ? null : ChatRefusals.MessageDeleted)
        ?? RefuseText(text, options);

    /// <summary>The entry that makes somebody's role another; none where they have it.</summary>
    public static LogEntry[] RoleOf(ConversationState room, UserId by, UserId who, MemberRole role) => room.Members[who].Role == role
        ? []
        : [new(role == MemberRole.Admin ? EntryKind.Promoted : EntryKind.Demoted, by, "", subject: who)];

    /// <summary>What a change of a group's title and of what newcomers read says; nothing where all is so already.</summary>
    public static Outcome<LogEntry[]> EntriesOf(ConversationState room, UserId by, ChangeConversation change)
    {
        var entries = new List<LogEntry>();
        if (change.Title is { } title)
        {
            if (!TitleOf(title).TryGet(out var label, out var unfit)) return unfit;
            if (label != room.Title) entries.Add(new(EntryKind.Titled, by, label));
        }

        if (change.History is { } history && history != room.History)
            entries.Add(new(history == HistoryChoice.Everything ? EntryKind.HistoryOpened : EntryKind.HistoryClosed, by, ""));
        return entries.ToArray();
    }

    /// <summary>What newcomers may read after these entries; null where they say nothing of it.</summary>
    public static HistoryChoice? HistoryAfter(IEnumerable<LogEntry> entries) =>
        entries.LastOrDefault(e => e.Kind is EntryKind.HistoryOpened or EntryKind.HistoryClosed) is { } last
            ? last.Kind == EntryKind.HistoryOpened ? HistoryChoice.Everything : HistoryChoice.SinceJoining
            : null;

    /// <summary>The entries of people's joining: they read what the group lets newcomers read.</summary>
    public static LogEntry[] Joining(ConversationState room, UserId by, IReadOnlyList<UserId> people) =>
        [.. people.Select(user => new LogEntry(EntryKind.Joined, by, "", subject: user) { ReadsAll = room.History == HistoryChoice.Everything })];

    /// <summary>The entries of somebody's leaving, or removal: where nobody would be an admin any more, the longest member becomes one.</summary>
    public static LogEntry[] Leaving(ConversationState room, UserId by, UserId who)
    {
        var left = new LogEntry(EntryKind.Left, by, "", subject: who);
        return room.HeirOf(who) is { } heir ? [left, new(EntryKind.Promoted, by, "", subject: heir)] : [left];
    }

    /// <summary>Who wrote a text deletes it, and so does an admin.</summary>
    public static Refusal? RefuseDelete(ConversationState? room, UserId by, MessageView? message) =>
        RefuseStranger(room, by)
        ?? (message is { Kind: EntryKind.Text } ? null : ChatRefusals.MessageNotFound)
        ?? (message!.Sender == by || room!.IsAdmin(by) ? null : ChatRefusals.NotTheSender);

    /// <summary>Whether a text will follow on nothing that its sender has not read: their marker stands at the end, and no text of others gets its number before it.</summary>
    public static bool HasReadAll(ConversationState room, UserId sender, int othersUnderWay) => othersUnderWay == 0 && room.Members[sender].ReadSeq == room.LastSeq;

    /// <summary>The conversation that a creation begins, before its first entries.</summary>
    public static ConversationState Found(ConversationId id, CreateConversation command, DateTimeOffset now)
    {
        var members = ImmutableDictionary<UserId, Member>.Empty;
        if (command.Kind == ConversationKind.Group) return new(id, command.Kind, TitleOf(command.Title).Value, now, PrintOf(command), 0, 0, members, command.History);

        foreach (var user in (UserId[])[command.By, .. command.Others])
            members = members.Add(user, new(user, MemberRole.Member, 0, 0));
        return new(id, command.Kind, null, now, PrintOf(command), 1, 0, members);
    }

    /// <summary>The entries with which a conversation begins: a group records its members, its founder first.</summary>
    /// <param name="command">What is begun.</param>
    /// <param name="others">Those of the others who come in at once.</param>
    public static LogEntry[] FirstEntries(CreateConversation command, IReadOnlyList<UserId> others) => command.Kind == ConversationKind.Direct
        ? []
        : [.. others.Prepend(command.By).Select(user =>
            new LogEntry(EntryKind.Joined, command.By, "", subject: user) { Role = user == command.By ? MemberRole.Admin : MemberRole.Member })];

    /// <summary>What a creation says. Either of two people may begin their conversation, so that the order of the pair does not matter.</summary>
    public static TextPrint PrintOf(CreateConversation command)
    {
        var people = OthersOf(command).ToList();
        if (command.Kind == ConversationKind.Direct) people.Add(command.By);
        people.Sort((a, b) => a.Value.CompareTo(b.Value));
        var by = command.Kind == ConversationKind.Direct ? "" : command.By.ToString();
        var history = command.Kind == ConversationKind.Direct || command.History == HistoryChoice.Everything ? "" : $"\n{command.History}";
        return TextPrint.Of($"{command.Kind}\n{by}\n{string.Join(',', people)}\n{command.Title}{history}");
    }

    /// <summary>Each other person once, in the order in which they were named.</summary>
    public static IReadOnlyList<UserId> OthersOf(CreateConversation command) => [.. command.Others.Distinct().Where(u => u != command.By)];

    /// <summary>Who was invited comes into a group that has room for them.</summary>
    public static Refusal? RefuseAdmission(ConversationState? room, ChatOptions options) =>
        room is not { Kind: ConversationKind.Group, Members.IsEmpty: false } ? ChatRefusals.NotInvited :
        room.Members.Count < options.MembersMax ? null : ChatRefusals.MembersCount;

    /// <summary>Those who are not in it yet, each once.</summary>
    public static IReadOnlyList<UserId> NewcomersOf(ConversationState room, IReadOnlyList<UserId> users) =>
        [.. users.Distinct().Where(u => !room.IsMember(u))];

    public static MessageView Edited(MessageView message, string text, DateTimeOffset now) =>
        message with { Text = text, Version = message.Version + 1, EditedAt = now };

    public static MessageView Deleted(MessageView message, DateTimeOffset now) =>
        message with { Text = "", Version = message.Version + 1, DeletedAt = now };

    /// <summary>Numbers have no gaps, so what lies outside a page follows from its ends, and from where the reader's history begins.</summary>
    public static MessagePage Page(Stretch asked, IReadOnlyList<MessageView> entries, long lastSeq)
    {
        lastSeq = Math.Max(lastSeq, entries.Count > 0 ? entries[^1].Seq : 0);
        var first = Math.Max(1, asked.From);
        var (from, to) = entries.Count > 0 ? (entries[0].Seq, entries[^1].Seq) :
            asked.AfterSeq is { } after ? (Math.Min(after, lastSeq) + 1, after) : (first, 0);
        return new(entries, lastSeq, from > first, to < lastSeq);
    }

    private static bool TrySeq(string? cursor, out long? seq)
    {
        var read = long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        seq = read ? number : null;
        return read || cursor is null;
    }
}

/// <summary>Which entries of a history: above one number, or below one, or the newest.</summary>
/// <param name="AfterSeq">Only entries with a higher number, the lowest of them first.</param>
/// <param name="BeforeSeq">Only entries with a lower number, the highest of them.</param>
/// <param name="Limit">At most so many.</param>
/// <param name="From">The lowest number that the reader may read.</param>
internal readonly record struct Stretch(long? AfterSeq, long? BeforeSeq, int Limit, long From = 0);
