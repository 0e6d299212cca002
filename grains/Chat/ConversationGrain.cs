using Microsoft.Extensions.Options;
using Orleans.Placement;
using OrleansSocial.Realtime;
using OrleansSocial.Users;

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
    GroupCommit writer,
    ILiveTeller teller,
    Invariants invariants,
    IOptions<ChatOptions> options,
    TimeProvider clock) : Grain, IConversationGrain
{
    private static readonly TimeSpan s_unfoundedMax = TimeSpan.FromSeconds(2);

    private readonly RecentKeys _keys = new(options.Value.RecentKeysMax);
    private readonly Dictionary<UserId, long> _typedAt = [];
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

    public async Task<Outcome<ConversationView>> Create(CreateConversation command)
    {
        if (ChatRules.RefuseForm(command) is { } malformed) return malformed;

        var print = ChatRules.PrintOf(command);
        if (_room is { } room && room.CreationPrint == print) return Seen(room, command.By);
        if (ChatRules.RefuseSize(command, options.Value) is { } refusal) return refusal;
        if (await RefusePeople([command.By, .. command.Others]) is { } unfit) return unfit;
        if (_room is not null) return CommonRefusals.KeyReused;

        var founded = ChatRules.Found(Id, command, Sql.ToMicroseconds(clock.GetUtcNow()));
        var write = new ConversationWrite(_ledger, Id, ChatRules.FirstEntries(command)) { Founded = founded, Founder = command.By };
        return await CommitMembers(write) ?? Seen(_room, command.By);
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

    public async Task<Outcome<MessageView>> Edit(UserId by, long seq, string text)
    {
        var stored = await Find(by, seq);
        if (ChatRules.RefuseEdit(_room, by, stored?.View, text, options.Value) is { } refusal) return refusal;
        if (stored!.View.Text == text) return stored.View;

        return await Change(stored, ChatRules.Edited(stored.View, text, Sql.ToMicroseconds(clock.GetUtcNow())));
    }

    public async Task<Outcome<MessageView>> Delete(UserId by, long seq)
    {
        var stored = await Find(by, seq);
        if (ChatRules.RefuseDelete(_room, by, stored?.View) is { } refusal) return refusal;
        if (stored!.View.DeletedAt is not null) return stored.View;

        return await Change(stored, ChatRules.Deleted(stored.View, Sql.ToMicroseconds(clock.GetUtcNow())));
    }

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
        if (await RefusePeople(newcomers) is { } unfit) return unfit;

        LogEntry[] joined = [.. newcomers.Select(user => new LogEntry(EntryKind.Joined, by, "", subject: user))];
        return await CommitMembers(new(_ledger, Id, joined)) ?? Seen(_room, by);
    }

    public async Task<Outcome<Done>> Remove(UserId by, UserId who)
    {
        if (by == who && _room is { } room && !room.IsMember(by) && await members.WasMember(Id, by)) return Done.Instance;
        if (ChatRules.RefuseRemove(_room, by, who) is { } refusal) return refusal;
        if (!_room!.IsMember(who)) return Done.Instance;

        var left = new LogEntry(EntryKind.Left, by, "", subject: who);
        return await CommitMembers(new(_ledger, Id, left) { Heir = _room.HeirOf(who) }) ?? (Outcome<Done>)Done.Instance;
    }

    public async Task<Outcome<ConversationView>> Retitle(UserId by, string title)
    {
        if (ChatRules.RefuseAdminTask(_room, by) is { } refusal) return refusal;
        if (!ChatRules.TitleOf(title).TryGet(out var label, out var unfit)) return unfit;
        if (_room!.Title == label) return _room.View();

        return await CommitMembers(new(_ledger, Id, new LogEntry(EntryKind.Titled, by, label))) ?? Seen(_room, by);
    }

    public Task Typing(UserId by)
    {
        if (ChatRules.RefuseStranger(_room, by) is not null) return Task.CompletedTask;

        var pause = TimeSpan.FromSeconds(options.Value.TypingSecondsMin);
        if (_typedAt.TryGetValue(by, out var before) && clock.GetElapsedTime(before) < pause) return Task.CompletedTask;

        _typedAt[by] = clock.GetTimestamp();
        _audience.Tell(ChatEvents.Typing(new(Id, by)), but: by);
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
        ChatRules.RefuseStranger(_room, by) is null && seq >= 1 && seq <= _room!.LastSeq ? await messages.Find(Id, seq) : null;

    /// <summary>Whoever is put into a conversation exists, and is not in as many as one may be.</summary>
    private async Task<Refusal?> RefusePeople(IReadOnlyList<UserId> users)
    {
        // Profiles are for everyone to see, so any of them may be the viewer.
        var profiles = await GrainFactory.GetGrain<IProfilesGrain>(0).Read(users[0], [.. users.Distinct()]);
        if (profiles.Contains(null)) return ChatRefusals.UnknownUser;
        return await members.IsAnyInAsMany(users, options.Value.ConversationsMax) ? ChatRefusals.TooManyConversations : null;
    }

    private async Task<Outcome<MessageView>> Change(StoredMessage stored, MessageView changed) =>
        await _ledger.Commit(new ConversationWrite(_ledger, Id) { Change = new(changed, stored.FirstPrint) }) ?? (Outcome<MessageView>)changed;

    private Outcome<MessageReceipt> Receipt(StoredText text, TextPrint print) =>
        text.Print == print ? new MessageReceipt(Id, text.Seq, text.SentAt) : CommonRefusals.KeyReused;

    private async Task<Outcome<MessageReceipt>> Receipt(ConversationWrite write, TextPrint print)
    {
        await write.End;
        _ledger.Settle();
        return write.Text is { } text ? Receipt(text, print) : CommonRefusals.Unavailable;
    }

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
        var after = before.With(write.Entries);
        if (write.IsReadBySender) after = after.WithRead(write.Entries[0].Sender, write.Entries[0].Seq);
        if (write.Read is { } read) after = after.WithRead(read.User, read.Seq);
        if (write.Founded is not null || after.Version != before.Version) Hold(after);
        else _room = after;
        invariants.Check(after);

        foreach (var entry in write.Entries) _audience.Tell(ChatEvents.Created(entry.View(Id)), write.Origin);
        if (write.Change is { } change) _audience.Tell(ChatEvents.Changed(change.View));
        if (write.Read is { } marker) _audience.Tell(ChatEvents.Read(new(Id, marker.User, marker.Seq)));
        if (write.Founded is null && after.Version == before.Version) return;

        _audience.Tell(ChatEvents.Changed(after.View(), after.Version));
        foreach (var left in write.Entries.Where(e => e.Kind == EntryKind.Left))
            _audience.TellOne(left.Subject!.Value, ChatEvents.Left(Id, left.Seq));
    }

    /// <summary>Holds a state whose members may be others than before.</summary>
    private void Hold(ConversationState room)
    {
        _room = room;
        _audience.Seat(room.Members.Keys);
        foreach (var gone in _typedAt.Keys.Where(user => !room.IsMember(user)).ToList()) _typedAt.Remove(gone);
    }
}
