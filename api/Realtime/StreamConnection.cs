using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace OrleansSocial.Realtime;

/// <summary>A live connection as server-sent events: <c>id</c> is the cursor, so a browser resumes by itself.</summary>
internal sealed partial class StreamConnection(LiveNode node, LivePeople people, Caller caller, HttpContext http) : LiveConnection(node, people, caller)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile TaskCompletionSource? _drained;

    /// <summary>Serves the stream until the client leaves or the connection is closed.</summary>
    /// <param name="first">The answer from which the stream begins.</param>
    public async Task Serve(CatchUp first)
    {
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        _begun.TrySetResult();
        await using var aborted = http.RequestAborted.Register(() => _ended.TrySetResult());
        _ = Replay(first);
        using var heartbeat = new PeriodicTimer(TimeSpan.FromSeconds(Node.Options.HeartbeatSeconds), Node.Clock);
        for (var tick = heartbeat.WaitForNextTickAsync().AsTask(); await Task.WhenAny(_ended.Task, tick) == tick; tick = heartbeat.WaitForNextTickAsync().AsTask())
            Enqueue(LiveFrame.Heartbeat);
    }

    /// <inheritdoc/>
    protected override ValueTask Write(LiveFrame frame)
    {
        // What comes before the stream has begun waits: the answer may still be a refusal.
        if (!_begun.Task.IsCompleted) return new ValueTask(WriteOnceBegun(frame));
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

    /// <inheritdoc/>
    protected override void Drained() => _drained?.TrySetResult();

    private async Task WriteOnceBegun(LiveFrame frame)
    {
        await _begun.Task.WaitAsync(http.RequestAborted);
        await Write(frame);
    }

    /// <summary>Sends what happened since the client's cursor, a page when the one before is on the wire.</summary>
    private async Task Replay(CatchUp page)
    {
        var era = BeginAnew();
        if (page.Reset) Enqueue(LiveFrame.Reset(page.Cursor));
        while (true)
        {
            var drained = _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
            if (page.Events.Count > 0) Enqueue(LiveFrame.Of([.. page.Events.Select(LiveFrame.Of)]));
            if (!page.Reset) Enqueue(LiveFrame.Position(page.Cursor));
            if (!page.More)
            {
                ReadToEnd(page.Cursor, era);
                return;
            }

            await Task.WhenAny(drained.Task, _ended.Task);
            if (Closed || _ended.Task.IsCompleted) return;
            if (await Next(page.Cursor) is not { Reset: false } next)
            {
                await Close(RealtimeRefusals.Resync.Code);
                return;
            }

            page = next;
        }
    }

    private async Task<CatchUp?> Next(string cursor)
    {
        while (!_ended.Task.IsCompleted)
        {
            try
            {
                return (await Node.Changes(Caller.User).Read(Caller.User, cursor, Node.Options.PageEventsMax)).TryGet(out var page, out _) ? page : null;
            }
            catch (Exception fault)
            {
                LogNotReplayed(Node.Log, fault);
                await Node.BeforeNextAttempt();
            }
        }

        return null;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A stream could not be caught up; trying again")]
    private static partial void LogNotReplayed(ILogger log, Exception cause);
}
