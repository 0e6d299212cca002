using Support;

namespace OrleansSocial.Chat;

/// <summary>One PostgreSQL for the tests of what is stored; each test has a database of its own.</summary>
public sealed class ChatServer : IAsyncLifetime
{
    internal TestServer Postgres { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Postgres = await TestServer.Start();

    public async ValueTask DisposeAsync() => await Postgres.DisposeAsync();
}

[CollectionDefinition(Name)]
public sealed class ChatServerUsers : ICollectionFixture<ChatServer>
{
    public const string Name = "chat storage";
}

/// <summary>A conversation as its activation writes it.</summary>
internal sealed record StoredRoom(ConversationId Id, Ledger Ledger)
{
    public bool IsBroken => Ledger.IsBroken;
}

/// <summary>A database with the tables of the slice, its stores and its writer, without grains.</summary>
internal sealed class ChatStorage : IAsyncDisposable
{
    private readonly string _connection;

    private ChatStorage(string connection, string writerConnection, WriteFence fence, GroupCommitOptions options)
    {
        _connection = connection;
        Fence = fence;
        Database = new Database(connection, new DatabaseOptions(), Fence, TimeProvider.System);
        WriterDatabase = new Database(writerConnection, new DatabaseOptions(), Fence, TimeProvider.System);
        Writer = FencedDatabase.Writer(WriterDatabase, Fence, options);
        Members = new(Database);
        Messages = new(Database);
    }

    public WriteFence Fence { get; }

    public Database Database { get; }

    public Database WriterDatabase { get; }

    public GroupCommit Writer { get; }

    public ConversationStore Members { get; }

    public MessageStore Messages { get; }

    public static async Task<ChatStorage> Create(ChatServer server, GroupCommitOptions? options = null, Func<string, string>? writer = null)
    {
        var connection = await server.Postgres.Database();
        return new ChatStorage(connection, writer?.Invoke(connection) ?? connection, await FencedDatabase.PutUp(connection), options ?? new() { LanesMax = 1 });
    }

    /// <summary>A write of one text, on its way.</summary>
    public ConversationWrite Send(StoredRoom room, UserId sender, string key, string text = "hello")
    {
        var write = new ConversationWrite(room.Ledger, room.Id, new LogEntry(EntryKind.Text, sender, text, key)) { Print = TextPrint.Of(text) };
        Assert.True(Writer.TryAdd(write));
        return write;
    }

    /// <summary>Begins a group of these people; its order goes on from there.</summary>
    public async Task<StoredRoom> Group(params UserId[] people)
    {
        var room = NewRoom();
        var command = new CreateConversation(people[0], ConversationKind.Group, "ours", people[1..]);
        var write = new ConversationWrite(room.Ledger, room.Id, ChatRules.FirstEntries(command, command.Others))
        {
            Founded = ChatRules.Found(room.Id, command, TimeProvider.System.GetUtcNow()),
            Founder = people[0],
        };
        Assert.True(Writer.TryAdd(write));
        Assert.Equal(CommitOutcome.Stored, await write.End);
        return room;
    }

    /// <summary>A conversation with nothing in it.</summary>
    public StoredRoom NewRoom() => Room(ConversationId.From(Guid.NewGuid()), 0);

    /// <summary>A conversation as an activation finds it.</summary>
    public StoredRoom Room(ConversationId id, long storedSeq) => new(id, new(Writer, id, storedSeq, new(int.MaxValue, CommonRefusals.Unavailable, static _ => { }, static () => { })));

    /// <inheritdoc cref="FencedDatabase.HoldWrites"/>
    public Task<IAsyncDisposable> HoldWrites() => FencedDatabase.HoldWrites(Database);

    /// <inheritdoc cref="FencedDatabase.WriteIsWaiting"/>
    public Task WriteIsWaiting() => FencedDatabase.WriteIsWaiting(Database);

    public Task Execute(string sql) => PrivatePostgres.Execute(_connection, sql);

    public Task<T> Scalar<T>(string sql) => FencedDatabase.Scalar<T>(Database, sql);

    public async Task<List<MessageView>> All(ConversationId id) => await Messages.History(id, new(0, null, 10_000));

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await WriterDatabase.DisposeAsync();
    }
}
