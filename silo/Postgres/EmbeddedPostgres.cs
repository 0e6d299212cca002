using Microsoft.Extensions.Options;
using OrleansSocial.Kernel;

namespace OrleansSocial.Postgres;

/// <summary>Starts the silo's own PostgreSQL before anything needs it, starts it again when it dies, and stops it last.</summary>
internal sealed partial class EmbeddedPostgres(
    PostgresFolder folder,
    IOptions<EmbeddedOptions> options,
    TimeProvider clock,
    ILogger<EmbeddedPostgres> log) : IHostedService, IAsyncDisposable
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_retryMax = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private PostgresServer? _server;
    private FileStream? _lock;
    private Task _watching = Task.CompletedTask;

    /// <inheritdoc/>
    /// <exception cref="StartRefusedException">Another silo uses the folder, or PostgreSQL does not start.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await TakeFolder(cancellationToken);
        _server = new PostgresServer(folder, options.Value);
        _server.Make();
        var found = _server.Pid();
        if (found is null)
        {
            await StartAgain(_server, cancellationToken);
            LogStarted(folder.Data);
        }
        else
        {
            _server.Start();
            LogFound(found.Value, folder.Data);
        }

        await _server.MakeDatabase(clock, cancellationToken);
        await File.WriteAllTextAsync(folder.AddressFile, folder.ConnectionString, cancellationToken);
        _watching = Task.Run(() => Watch(_server), CancellationToken.None);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Stop();

    /// <inheritdoc/>
    /// <remarks>A start that fails further on is not stopped but disposed: PostgreSQL does not stay behind then either.</remarks>
    public async ValueTask DisposeAsync()
    {
        await Stop();
        _stop.Dispose();
    }

    private async Task Stop()
    {
        if (Interlocked.Exchange(ref _lock, null) is not { } held)
        {
            return;
        }

        await _stop.CancelAsync();
        await _watching;
        if (await Task.Run(() => _server?.Stop(), CancellationToken.None) is { } fault)
        {
            LogNotStopped(fault);
        }

        await held.DisposeAsync();
    }

    // The system frees the file the moment that the process which holds it dies.
    private async Task TakeFolder(CancellationToken cancellation)
    {
        var since = clock.GetTimestamp();
        while (_lock is null)
        {
            try
            {
                _lock = new FileStream(folder.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(folder.LockFile))
            {
                if (clock.GetElapsedTime(since) >= TimeSpan.FromSeconds(options.Value.ClaimSecondsMax))
                {
                    throw new StartRefusedException($"Another silo uses the data folder {folder.Home}. Stop that one first, or choose another folder (--data, or Social__Node__Data).");
                }

                await Task.Delay(s_look, clock, cancellation);
            }
        }
    }

    // Sessions of a server that was killed may live on for a moment and hold its memory; the next start waits for them.
    private async Task StartAgain(PostgresServer server, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                server.Start();
                return;
            }
            catch (StartRefusedException fault) when (attempt < 20 && fault.Message.Contains("shared memory block", StringComparison.Ordinal))
            {
                await Task.Delay(s_look, clock, cancellation);
            }
        }
    }

    private async Task Watch(PostgresServer server)
    {
        var pause = s_look;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(pause, clock, _stop.Token);
                server.BoundLog();
                if (server.Pid() is not null)
                {
                    pause = s_look;
                    continue;
                }

                LogDied();
                await StartAgain(server, _stop.Token);
                LogStarted(folder.Data);
                pause = s_look;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                LogNotStarted(fault.Message);
                pause = pause * 2 > s_retryMax ? s_retryMax : pause * 2;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "PostgreSQL runs over {Data}")]
    private partial void LogStarted(string data);

    [LoggerMessage(Level = LogLevel.Information, Message = "PostgreSQL {Pid} runs over {Data} since an earlier silo; it is used again")]
    private partial void LogFound(int pid, string data);

    [LoggerMessage(Level = LogLevel.Critical, Message = "PostgreSQL has died; it is started again")]
    private partial void LogDied();

    [LoggerMessage(Level = LogLevel.Critical, Message = "{Reason}")]
    private partial void LogNotStarted(string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "PostgreSQL was not stopped: {Reason}")]
    private partial void LogNotStopped(string reason);
}
