using System.Collections.Concurrent;

namespace Orleans.Conformance;

/// <summary>Meeting points between a test and grains in its process, by name. A name belongs to one test.</summary>
public static class Signals
{
    private static readonly ConcurrentDictionary<string, TaskCompletionSource> s_signals = new();
    private static readonly ConcurrentDictionary<string, ConcurrentQueue<string>> s_logs = new();

    /// <summary>Lets everybody who waits for the name go on.</summary>
    public static void Set(string name) => Of(name).TrySetResult();

    /// <summary>Waits for <see cref="Set"/>.</summary>
    public static Task Wait(string name) => Of(name).Task;

    /// <summary>Writes a line for the test to read.</summary>
    public static void Log(string name, string line) => s_logs.GetOrAdd(name, static _ => new()).Enqueue(line);

    /// <summary>The lines written so far.</summary>
    public static string[] Lines(string name) => s_logs.TryGetValue(name, out var lines) ? [.. lines] : [];

    /// <summary>A name nobody else has.</summary>
    public static string NewName() => $"n-{Guid.NewGuid():N}";

    private static TaskCompletionSource Of(string name) =>
        s_signals.GetOrAdd(name, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
