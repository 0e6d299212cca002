using System.Diagnostics;
using System.Text;

namespace OrleansSocial.Postgres;

/// <summary>Runs a program and collects what it says.</summary>
internal static class Command
{
    /// <summary>What a program answered: its exit code, and its output and errors together.</summary>
    internal readonly record struct Answer(int ExitCode, string Output)
    {
        /// <summary>Whether the program succeeded.</summary>
        public bool Succeeded => ExitCode == 0;
    }

    /// <summary>Runs a program to its end; it starts in a folder that everyone may enter.</summary>
    public static Answer Run(string program, params IEnumerable<string> arguments)
    {
        // By its path, since the working folder of this process would come before the system's, and may hold a 'test' of its own.
        var start = new ProcessStartInfo(Find(program) ?? program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = "/",
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        // Messages are read by this program, so they come in one language.
        start.Environment["LC_ALL"] = "C.UTF-8";
        using var process = new Process { StartInfo = start };
        var output = new StringBuilder();
        void Collect(object _, DataReceivedEventArgs line)
        {
            lock (output)
            {
                if (line.Data is not null)
                {
                    output.AppendLine(line.Data);
                }
            }
        }

        process.OutputDataReceived += Collect;
        process.ErrorDataReceived += Collect;
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.WaitForExit();
        lock (output)
        {
            return new Answer(process.ExitCode, output.ToString().Trim());
        }
    }

    /// <summary>Where a program is on the path, or null.</summary>
    public static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Concat(["/usr/sbin", "/usr/bin", "/sbin", "/bin"])
        .Select(folder => Path.Combine(folder, program)) // a rooted path stays as it is
        .FirstOrDefault(File.Exists);
}
