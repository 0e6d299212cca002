using System.Diagnostics;

namespace OrleansSocial.Local;

/// <summary>One run of one silo's process. It ends when it is told to, or with this process: its input closes then, whatever way this one ends.</summary>
internal sealed class LocalSilo : IDisposable
{
    private const string ReadyLine = "ready ";

    private readonly Process _process;
    private readonly LocalSiloPlan _plan;
    private readonly bool _prefixed;
    private readonly TaskCompletionSource<bool> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LocalSilo(LocalSiloPlan plan, ProcessStartInfo start, bool prefixed)
    {
        (_plan, _prefixed) = (plan, prefixed);
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Hear(line.Data, Console.Out);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data, Console.Error);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Ended = End();
    }

    /// <summary>Its process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>True once it serves; false when it ended before that.</summary>
    public Task<bool> Ready => _ready.Task;

    /// <summary>Its exit code, once it has ended.</summary>
    public Task<int> Ended { get; }

    /// <summary>Starts the process. Its lines come out here, with its name before each unless programs read them.</summary>
    public static LocalSilo Start(LocalSiloPlan plan, ProcessStartInfo start, bool prefixed)
    {
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        return new(plan, start, prefixed);
    }

    /// <summary>Asks it to end in good order.</summary>
    public void AskToEnd() => _process.StandardInput.Close();

    /// <summary>Ends it at once.</summary>
    public void Kill() => _process.Kill();

    /// <inheritdoc/>
    public void Dispose() => _process.Dispose();

    private async Task<int> End()
    {
        await _process.WaitForExitAsync();
        _ready.TrySetResult(false);
        return _process.ExitCode;
    }

    private void Hear(string? line, TextWriter to)
    {
        if (line is null) return;
        if (line.StartsWith(ReadyLine, StringComparison.Ordinal)) _ready.TrySetResult(true);
        else to.WriteLine(_prefixed ? $"{_plan.Name} | {line}" : line);
    }
}
