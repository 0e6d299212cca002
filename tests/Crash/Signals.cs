using System.Diagnostics;
using System.Globalization;

namespace OrleansSocial.Crash;

/// <summary>Signals to processes.</summary>
internal static class Signals
{
    /// <summary>Ends a process without a goodbye of any kind.</summary>
    public static Task Kill(int pid) => Send("KILL", pid);

    /// <summary>Asks a process to end in good order.</summary>
    public static Task Terminate(int pid) => Send("TERM", pid);

    /// <summary>Stops a process where it is; it does not notice.</summary>
    public static Task Pause(int pid) => Send("STOP", pid);

    /// <summary>Lets a paused process go on.</summary>
    public static Task Continue(int pid) => Send("CONT", pid);

    /// <summary>Whether a process runs.</summary>
    public static bool Lives(int pid) => Directory.Exists($"/proc/{pid}");

    private static async Task Send(string signal, int pid)
    {
        using var kill = Process.Start("kill", [$"-{signal}", pid.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
