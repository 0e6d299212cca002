using System.Text.Json;

namespace OrleansSocial.Verify;

/// <summary>One line of a client's log: what that client attempted, was promised, or saw.</summary>
/// <param name="What"><c>attempt</c>, <c>ack</c>, <c>seen</c> or <c>member</c> (this client follows the conversation to the end).</param>
/// <param name="Client">The user id of who logs.</param>
/// <param name="Conversation">Where.</param>
/// <param name="Key">The client key of an attempt, an acknowledgement, or of a seen text.</param>
/// <param name="Seq">The number that was acknowledged or seen.</param>
/// <param name="Text">What was sent or seen.</param>
/// <param name="Sender">Of a seen message: who wrote it.</param>
public sealed record LogLine(string What, Guid Client, Guid Conversation, string? Key = null, long Seq = 0, string? Text = null, Guid Sender = default);

/// <summary>One row of the database's message table.</summary>
/// <param name="Conversation">Where.</param>
/// <param name="Seq">Its number.</param>
/// <param name="Sender">Who wrote or caused it.</param>
/// <param name="Key">The client key of a text; null for other entries.</param>
/// <param name="Text">The text.</param>
public sealed record StoredRow(Guid Conversation, long Seq, Guid Sender, string? Key, string Text);

/// <summary>Writes and reads the logs: one JSON object a line, one file a client, flushed line by line.</summary>
public sealed class ClientLog : IDisposable
{
    private readonly StreamWriter _file;
    private readonly Lock _gate = new();

    /// <summary>Appends to the file at <paramref name="path"/>.</summary>
    public ClientLog(string path) => _file = new StreamWriter(path, append: true) { AutoFlush = true };

    /// <summary>Writes one line; safe from several threads.</summary>
    public void Write(LogLine line)
    {
        var json = JsonSerializer.Serialize(line);
        lock (_gate) _file.WriteLine(json);
    }

    /// <summary>Every line of every log in a folder.</summary>
    public static IReadOnlyList<LogLine> ReadFolder(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*.jsonl").Order(StringComparer.Ordinal)
            .SelectMany(File.ReadLines)
            .Select(line => JsonSerializer.Deserialize<LogLine>(line)!)];

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
