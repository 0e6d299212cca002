using System.Net.Http.Headers;
using System.Text.Json;

namespace OrleansSocial.Realtime;

/// <summary>An event stream as a client reads it.</summary>
internal sealed class EventStream(HttpResponseMessage response, StreamReader lines) : IAsyncDisposable
{
    public static async Task<EventStream> Open(Person person, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/events/stream");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (lastEventId is not null) request.Headers.Add("Last-Event-ID", lastEventId);
        var response = await person.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    /// <summary>The next event of this name, or of any.</summary>
    public async Task<(string Name, string? Id, JsonElement Data)> Next(string? wanted = null)
    {
        while (true)
        {
            string? name = null, id = null, data = null;
            while (await lines.ReadLineAsync().Soon($"an event {wanted}") is { Length: > 0 } line)
            {
                if (line.StartsWith("event: ", StringComparison.Ordinal)) name = line[7..];
                else if (line.StartsWith("id: ", StringComparison.Ordinal)) id = line[4..];
                else if (line.StartsWith("data: ", StringComparison.Ordinal)) data = line[6..];
            }

            if (name is not null && (wanted is null || name == wanted)) return (name, id, JsonSerializer.Deserialize<JsonElement>(data!));
            if (name is null && data is null && id is null) await Task.Yield();
        }
    }

    public async Task<bool> Ended()
    {
        while (await lines.ReadLineAsync().Soon("the end of the stream") is { } line) Assert.Equal("", line);
        return true;
    }

    public ValueTask DisposeAsync()
    {
        lines.Dispose();
        response.Dispose();
        return default;
    }
}
