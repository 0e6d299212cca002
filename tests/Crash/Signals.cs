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

    /// <summary>Asks a process to end in good order, but at once.</summary>
    public static Task Interrupt(int pid) => Send("INT", pid);

    /// <summary>Stops a process where it is; it does not notice.</summary>
    public static Task Pause(int pid) => Send("STOP", pid);

    /// <summary>Lets a paused process go on.</summary>
    public static Task Continue(int pid) => Send("CONT", pid);

    /// <summary>The process and those that it started, and they again: the oldest first.</summary>
    public static IReadOnlyList<int> Tree(int pid)
    {
        var children = Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _))
            .Select(name => int.Parse(name!, CultureInfo.InvariantCulture)).ToLookup(ParentOf);
        return [.. Below(pid)];

        IEnumerable<int> Below(int one) => [one, .. children[one].SelectMany(Below)];
    }

    /// <summary>Whether a process runs.</summary>
    public static bool Lives(int pid) => Directory.Exists($"/proc/{pid}");

    private static int ParentOf(int pid)
    {
        try
        {
            // The name, in brackets, may hold blanks.
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 1)..].Split(' ')[2], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static async Task Send(string signal, int pid)
    {
        using var kill = Process.Start("kill", [$"-{signal}", pid.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
