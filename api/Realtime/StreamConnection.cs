using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace OrleansSocial.Realtime;

/// <summary>A live connection as server-sent events: <c>id</c> is the cursor, so a browser resumes by itself.</summary>
internal sealed class StreamConnection(LiveNode node, Caller caller, HttpContext http) : LiveConnection(node, caller)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Serves the stream until the client leaves or the connection is closed.</summary>
    /// <param name="first">The answer from which the stream begins.</param>
    public async Task Serve(CatchUp first)
    {
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        await using var aborted = http.RequestAborted.Register(() => _ended.TrySetResult());
        Begin(first);
        using var heartbeat = new PeriodicTimer(TimeSpan.FromSeconds(Node.Options.HeartbeatSeconds), Node.Clock);
        for (var tick = heartbeat.WaitForNextTickAsync().AsTask(); await Task.WhenAny(_ended.Task, tick) == tick; tick = heartbeat.WaitForNextTickAsync().AsTask())
            Enqueue(LiveFrame.Heartbeat);
    }

    /// <inheritdoc/>
    protected override ValueTask Write(LiveFrame frame)
    {
        var written = http.Response.BodyWriter.WriteAsync(frame.Stream, http.RequestAborted);
        if (!written.IsCompletedSuccessfully) return new ValueTask(written.AsTask());
        if (written.Result.IsCompleted) _ended.TrySetResult();
        return default;
    }

    /// <inheritdoc/>
    protected override ValueTask End(bool mayReconnect)
    {
        _ended.TrySetResult();
        return default;
    }

    /// <inheritdoc/>
    protected override void Abort()
    {
        if (_ended.TrySetResult()) http.Abort();
    }
}
