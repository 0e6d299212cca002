using System.Diagnostics;
using OrleansSocial.Driver;

namespace OrleansSocial.Support;

/// <summary>The real process on free loopback ports, and every line that it prints.</summary>
public sealed class SiloRun : IAsyncDisposable
{
    // A process that starts beside others on a busy machine takes its time.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly TaskCompletionSource<Uri> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SiloRun(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Where it listens, once it says that it is ready. Fails with what was printed when the process ends before, or needs too long.</summary>
    public async Task<Uri> Ready()
    {
        try
        {
            var first = await Task.WhenAny(_ready.Task, _process.WaitForExitAsync()).WaitAsync(s_patience);
            if (first == _ready.Task) return await _ready.Task;
        }
        catch (TimeoutException)
        {
            // Told below, with what it printed.
        }

        throw new Xunit.Sdk.XunitException($"The process is not ready:\n{Told}");
    }

    /// <summary>What it has printed, errors among it.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate) return [.. _lines];
        }
    }

    /// <summary>All of it as one text.</summary>
    public string Told => string.Join('\n', Lines);

    /// <summary>Starts the process over a data folder.</summary>
    /// <param name="data">The folder.</param>
    /// <param name="arguments">Settings; those given here win over the free ports.</param>
    public static SiloRun Start(string data, params string[] arguments) => new(new ProcessStartInfo(
        "dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "silo.dll"),
            "--urls=http://127.0.0.1:0",
            $"--Social:Node:Data={data}",
            $"--Social:Node:SiloPort={FreePort.Find()}",
            $"--Social:Node:GatewayPort={FreePort.Find()}",
            .. arguments,
        ])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    });

    /// <summary>SIGTERM.</summary>
    public async Task Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Its exit code, once it has ended and all that it printed is here.</summary>
    public async Task<int> Ended()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>Ends it at once when it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Hear(string? line)
    {
        if (line is null) return;
        lock (_gate) _lines.Add(line);
        if (line.StartsWith("ready ", StringComparison.Ordinal)) _ready.TrySetResult(new Uri(line["ready ".Length..]));
    }
}
