// A chat server without actors, the obvious way: SignalR groups, one INSERT per message, answered when it committed.
// It is what our own figures are held against, in the same run, by the same driver.
using Microsoft.AspNetCore.SignalR;
using Npgsql;

var builder = WebApplication.CreateBuilder(args);
builder.Logging.ClearProviders();
builder.Services.AddSignalR();
builder.Services.AddSingleton(NpgsqlDataSource.Create(builder.Configuration.GetConnectionString("Postgres")!));
var app = builder.Build();

await using (var command = app.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand("""
    CREATE TABLE IF NOT EXISTS yardstick_messages (
        room text NOT NULL,
        id bigint GENERATED ALWAYS AS IDENTITY,
        sender text NOT NULL,
        client_key text NOT NULL,
        body text NOT NULL,
        sent_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (room, id),
        UNIQUE (room, sender, client_key))
    """))
{
    await command.ExecuteNonQueryAsync();
}

app.MapHub<OrleansSocial.Yardstick.ChatHub>("/v1/live");
app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine("ready"));
await app.RunAsync();

namespace OrleansSocial.Yardstick
{
    /// <summary>Rooms as SignalR groups; a message is a row.</summary>
    public sealed class ChatHub(NpgsqlDataSource database) : Hub
    {
        /// <summary>Hears a room from now on.</summary>
        public Task Join(string room) => Groups.AddToGroupAsync(Context.ConnectionId, room);

        /// <summary>Stores a message, tells the room's other connections, and answers with its id.</summary>
        public async Task<Receipt> Send(string room, string clientKey, string text)
        {
            await using var command = database.CreateCommand("INSERT INTO yardstick_messages (room, sender, client_key, body) VALUES ($1, $2, $3, $4) RETURNING id, sent_at");
            command.Parameters.Add(new() { Value = room });
            command.Parameters.Add(new() { Value = Context.ConnectionId });
            command.Parameters.Add(new() { Value = clientKey });
            command.Parameters.Add(new() { Value = text });
            await using var reader = await command.ExecuteReaderAsync();
            await reader.ReadAsync();
            var receipt = new Receipt(reader.GetInt64(0), reader.GetDateTime(1));
            await Clients.OthersInGroup(room).SendAsync("event", new Message(room, receipt.Seq, Context.ConnectionId, clientKey, text, receipt.SentAt));
            return receipt;
        }
    }

    /// <summary>Proof that the row is there.</summary>
    public sealed record Receipt(long Seq, DateTime SentAt);

    /// <summary>What the room hears.</summary>
    public sealed record Message(string Conversation, long Seq, string Sender, string ClientKey, string Text, DateTime SentAt);
}
