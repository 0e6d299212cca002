using Microsoft.Extensions.Options;
using Orleans.Placement;
using OrleansSocial.Realtime;

namespace OrleansSocial.Chat;

/// <summary>One conversation: its members and the order of its entries. Key: conversation id.</summary>
/// <remarks>
/// Texts and read markers interleave, and wait for the storage together. Everything else changes the conversation one at a time.
/// Invariants, beside those of <see cref="ConversationState"/>:
/// 1. What is held is what is stored: it changes after a commit, in the order of the numbers (<see cref="Ledger"/>).
/// 2. While members change, no text or read marker is decided on: who is a member is known when a text gets its number.
/// 3. After a failed write nothing more is written: the activation ends and the next one reads what is stored.
/// It is placed by the load of the silos: its members are on all of them, and it stays for long.
/// </remarks>
[ResourceOptimizedPlacement]
internal sealed class ConversationGrain(
    ConversationStore members,
    MessageStore messages,
    GroupDoor door,
    GroupCommit writer,
    ILiveTeller teller,
    Invariants invariants,
    IOptions<ChatOptions> options,
    TimeProvider clock) : Grain, IConversationGrain
{
    private static readonly TimeSpan s_unfoundedMax = TimeSpan.FromSeconds(2);

    private readonly RecentKeys _keys = new(options.Value.RecentKeysMax);
    private readonly TypingPace _typing = new(TimeSpan.FromSeconds(options.Value.TypingSecondsMin), clock);
    private ConversationState? _room;
    private Ledger _ledger = null!;
    private ConversationAudience _audience = null!;
    private Task? _membersChanging;

    private ConversationId Id { get; set; }

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Id = ConversationId.From(this.GetPrimaryKey());
        var loaded = await members.Load(Id, options.Value.RecentKeysMax, cancellationToken);
        _ledger = new(writer, Id, loaded?.State.LastSeq ?? 0, new(options.Value.QueueMessagesMax, ChatRefusals.Busy, Ended, this.DeactivateOnIdle));
        _audience = new(teller, Id);
        if (loaded is null)
        {
            this.RegisterGrainTimer(EndUnlessFounded, new GrainTimerCreationOptions(s_unfoundedMax, Timeout.InfiniteTimeSpan));
            return;
        }

        Hold(loaded.State);
        invariants.Check(loaded.State);
        foreach (var (sender, key, text) in loaded.Recent) _keys.Keep(sender, key, text);
    }

    public async Task<Outcome<Made<ConversationView>>> Create(CreateConversation command)
    {
        if (ChatRules.RefuseForm(command) is { } malformed) return malformed;

        var print = ChatRules.PrintOf(command);
        if (_room is { } room && room.CreationPrint == print) return ChatRules.Made(room, command.By, isNew: false);
        if (ChatRules.RefuseSize(command, options.Value) is { } refusal) return refusal;
        if (await door.RefusePeople([command.By, .. command.Others]) is { } unfit) return unfit;
        if (_room is not null) return CommonRefusals.KeyReused;

        var founded = ChatRules.Found(Id, command, Sql.ToMicroseconds(clock.GetUtcNow()));
        if (!(await door.AskFirst(founded, command.By, ChatRules.OthersOf(command))).TryGet(out var others, out var notAsked)) return notAsked;
        var write = new ConversationWrite(_ledger, Id, ChatRules.FirstEntries(command, others)) { Founded = founded, Founder = command.By };
        return await CommitMembers(write) ?? ChatRules.Made(_room, command.By, isNew: true);
    }

    public Task<Outcome<ConversationView>> Get(UserId reader) => Task.FromResult(Seen(_room, reader));

    public async Task<Outcome<MessageReceipt>> Send(SendMessage message)
    {
        while (_membersChanging is { IsCompleted: false } change) await change;
        if (ChatRules.RefuseSend(_room, message, options.Value) is { } refusal) return refusal;

        var print = TextPrint.Of(message.Text);
        if (_keys.Stored(message.Sender, message.ClientKey) is { } stored) return Receipt(stored, print);
        if (_keys.UnderWay(message.Sender, message.ClientKey) is { } same) return await Receipt(same, print);

        var entry = new LogEntry(EntryKind.Text, message.Sender, message.Text, message.ClientKey);
        var write = new ConversationWrite(_ledger, Id, entry) { Origin = message.Origin, Print = print, IsReadBySender = ChatRules.HasReadAll(_room!, message.Sender, _keys.OthersUnderWay(message.Sender)) };
        if (_ledger.Add(write) is { } busy) return busy;

        _keys.Begin(write);
        return await Receipt(write, print);
    }

    public async Task<Outcome<MessageView>> Edit(UserId by, long seq, string text, int? ifVersion)
    {
        var stored = await Find(by, seq);
        if ((ChatRules.RefuseEdit(_room, by, stored?.View, text, options.Value) ?? Versions.Refuse(ifVersion, stored!.View.Version)) is { } refusal) return refusal;
        if (stored!.View.Text == text) return stored.View;

        return await Replace(stored, ChatRules.Edited(stored.View, text, Sql.ToMicroseconds(clock.GetUtcNow())));
    }

    public async Task<Outcome<MessageView>> Delete(UserId by, long seq, int? ifVersion)
    {
        var stored = await Find(by, seq);
        if ((ChatRules.RefuseDelete(_room, by, stored?.View) ?? Versions.Refuse(ifVersion, stored!.View.Version)) is { } refusal) return refusal;
        if (stored!.View.DeletedAt is not null) return stored.View;

        return await Replace(stored, ChatRules.Deleted(stored.View, Sql.ToMicroseconds(clock.GetUtcNow())));
    }

    public async Task<Outcome<MessageView>> Message(UserId reader, long seq) => ChatRules.Seen(_room, reader, (await Find(reader, seq))?.View);

    public async Task<Outcome<MessagePage>> History(UserId reader, PageAsk ask)
    {
        if (!ChatRules.AskHistory(_room, reader, ask).TryGet(out var asked, out var refusal)) return refusal;

        var entries = await messages.History(Id, asked);
        return ChatRules.Page(asked, entries, _room!.LastSeq);
    }

    public async Task<Outcome<ReadMarker>> MarkRead(UserId reader, long seq)
    {
        while (_membersChanging is { IsCompleted: false } change) await change;
        if (ChatRules.RefuseRead(_room, reader, seq) is { } refusal) return refusal;

        var stands = _room!.Members[reader].ReadSeq;
        if (seq <= stands) return new ReadMarker(Id, reader, stands);

        return await _ledger.Commit(new ConversationWrite(_ledger, Id) { Read = (reader, seq) }) ?? (Outcome<ReadMarker>)new ReadMarker(Id, reader, seq);
    }

    public async Task<Outcome<ConversationView>> Invite(UserId by, IReadOnlyList<UserId> users)
    {
        if (ChatRules.RefuseInvite(_room, by, users, options.Value) is { } refusal) return refusal;

        var newcomers = ChatRules.NewcomersOf(_room!, users);
        if (newcomers.Count == 0) return _room!.View();
        if (await door.RefusePeople(newcomers) is { } unfit) return unfit;
        if (!(await door.AskFirst(_room!, by, newcomers)).TryGet(out var joining, out var notAsked)) return notAsked;
        return await Append(by, ChatRules.Joining(_room!, by, joining));
    }

    public async Task<Outcome<ConversationView>> Admit(UserId who)
    {
        if (_room?.IsMember(who) == true) return _room.View();
        if (ChatRules.RefuseAdmission(_room, options.Value) is { } refusal) return refusal;
        return await door.RefusePeople([who]) ?? await Append(who, ChatRules.Joining(_room!, who, [who]));
    }

    public async Task<Outcome<InvitedList>> Invited(UserId reader) =>
        ChatRules.RefuseStranger(_room, reader) is { } refusal ? refusal : await door.Invited(Id);

    public async Task<Outcome<Done>> Withdraw(UserId by, UserId who) =>
        ChatRules.RefuseAdminTask(_room, by) is { } refusal ? refusal : await door.Withdraw(Id, who);

    public async Task<Outcome<Done>> Remove(UserId by, UserId who)
    {
        if (by == who && _room is { } room && !room.IsMember(by) && await members.WasMember(Id, by)) return Done.Instance;
        if (ChatRules.RefuseRemove(_room, by, who) is { } refusal) return refusal;
        if (!_room!.IsMember(who)) return Done.Instance;

        return await CommitMembers(new(_ledger, Id, ChatRules.Leaving(_room, by, who))) ?? (Outcome<Done>)Done.Instance;
    }

    public async Task<Outcome<ConversationView>> SetRole(UserId by, UserId who, MemberRole role)
    {
        if (ChatRules.RefuseRole(_room, by, who, role) is { } refusal) return refusal;
        return await Append(by, ChatRules.RoleOf(_room!, by, who, role));
    }

    public async Task<Outcome<ConversationView>> Change(UserId by, ChangeConversation change)
    {
        if (ChatRules.RefuseAdminTask(_room, by) is { } refusal) return refusal;
        return ChatRules.EntriesOf(_room!, by, change).TryGet(out var entries, out var unfit) ? await Append(by, entries) : unfit;
    }

    public Task<Outcome<ConversationView>> Retitle(UserId by, string title) => Change(by, new(title ?? "", History: null));

    public Task<int> Audience(UserId by) => Task.FromResult(_room?.IsMember(by) == true ? _room.Members.Count : 0);

    public Task Typing(UserId by)
    {
        if (ChatRules.RefuseStranger(_room, by) is null && _typing.Allows(by)) _audience.TellTyping(by);
        return Task.CompletedTask;
    }

    /// <summary>Whoever asks for conversations that do not exist leaves no grains behind.</summary>
    private Task EndUnlessFounded()
    {
        if (_room is null) this.DeactivateOnIdle();
        return Task.CompletedTask;
    }

    private static Outcome<ConversationView> Seen(ConversationState? room, UserId reader) =>
        ChatRules.RefuseStranger(room, reader) is { } refusal ? refusal : room!.View();

    private async Task<StoredMessage?> Find(UserId by, long seq) =>
        _room?.MayRead(by, seq) == true && seq >= 1 && seq <= _room.LastSeq ? await messages.Find(Id, seq) : null;

    private async Task<Outcome<MessageView>> Replace(StoredMessage stored, MessageView changed) =>
        await _ledger.Commit(new ConversationWrite(_ledger, Id) { Change = new(changed, stored.FirstPrint) }) ?? (Outcome<MessageView>)changed;

    private Outcome<MessageReceipt> Receipt(StoredText text, TextPrint print) =>
        text.Print == print ? new MessageReceipt(Id, text.Seq, text.SentAt) : CommonRefusals.KeyReused;

    private async Task<Outcome<MessageReceipt>> Receipt(ConversationWrite write, TextPrint print)
    {
        await write.End;
        _ledger.Settle();
        return write.Text is { } text ? Receipt(text, print) : CommonRefusals.Unavailable;
    }

    /// <summary>Appends what changes the conversation, if anything.</summary>
    private async Task<Outcome<ConversationView>> Append(UserId by, LogEntry[] entries) =>
        entries.Length == 0 ? _room!.View() : await CommitMembers(new(_ledger, Id, entries)) ?? Seen(_room, by);

    /// <summary>Commits a change of the members or the title; texts and read markers are decided after it.</summary>
    private async Task<Refusal?> CommitMembers(ConversationWrite write)
    {
        var commit = _ledger.Commit(write);
        _membersChanging = commit;
        return await commit;
    }

    private void Ended(Write ended)
    {
        var write = (ConversationWrite)ended;
        if (write.IsText) _keys.End(write, write.Text);
        if (write.Outcome == CommitOutcome.Stored) Apply(write);
    }

    private void Apply(ConversationWrite write)
    {
        var before = write.Founded ?? _room!;
        var after = before.After(write);
        if (write.Founded is not null || after.Version != before.Version) Hold(after);
        else _room = after;
        invariants.Check(after);
        _audience.Tell(write, after);
    }

    /// <summary>Holds a state whose members may be others than before.</summary>
    private void Hold(ConversationState room)
    {
        _room = room;
        _audience.Seat(room.Members.Values);
        _typing.Keep(room.IsMember);
    }
}
