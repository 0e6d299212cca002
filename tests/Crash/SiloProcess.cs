using System.Diagnostics;
using System.Text;
using OrleansSocial.Driver;

namespace OrleansSocial.Crash;

/// <summary>The real process with its own PostgreSQL, on loopback, over one data folder that outlives it.</summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    private readonly string _data;
    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly StringBuilder _log = new();
    private Process? _process;

    private SiloProcess(string data, int port, IReadOnlyDictionary<string, string> settings)
    {
        (_data, _settings) = (data, settings);
        Address = new Uri($"http://127.0.0.1:{port}");
    }

    /// <summary>Where it listens; the same after each restart.</summary>
    public Uri Address { get; }

    /// <summary>Address of its hub.</summary>
    public Uri Hub => new UriBuilder(Address) { Scheme = "ws", Path = "/v1/live" }.Uri;

    /// <summary>What it has printed since the first start; for the message of a failing test.</summary>
    public string Log
    {
        get
        {
            lock (_log) return _log.ToString();
        }
    }

    /// <summary>Connection string of its database.</summary>
    public string Postgres => $"Host={_data}/postgres/run;Username=social;Database=social";

    /// <summary>Starts the process on a new data folder and waits until it serves.</summary>
    public static async Task<SiloProcess> Start(string data, IReadOnlyDictionary<string, string> settings)
    {
        // PostgreSQL may run as another user, who must be able to pass through the temporary folder.
        if (!OperatingSystem.IsWindows() && Directory.GetParent(data) is { } parent) parent.UnixFileMode |= UnixFileMode.OtherExecute;

        var silo = new SiloProcess(data, FreePort.Find(), settings);
        await silo.Start();
        return silo;
    }

    /// <summary>Starts the process again over the same data, and waits until it serves.</summary>
    public async Task Start()
    {
        var start = new ProcessStartInfo("dotnet", [Checkout.Assembly("silo", "silo.dll"), "--urls", Address.ToString()])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["Social__Node__Data"] = _data;
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        foreach (var (key, value) in _settings) start.Environment[key] = value;

        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException($"The silo ended before it was ready:{Environment.NewLine}{Log}"));
        process.OutputDataReceived += (_, e) => Hear(e.Data, ready);
        process.ErrorDataReceived += (_, e) => Hear(e.Data, ready);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
        await ready.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>SIGKILL: no goodbye of any kind.</summary>
    public async Task Kill()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>SIGKILL to the postmaster; its children end by themselves.</summary>
    public void KillPostgres()
    {
        var pid = int.Parse(File.ReadLines(Path.Combine(_data, "postgres", "data", "postmaster.pid")).First(), System.Globalization.CultureInfo.InvariantCulture);
        using var postmaster = Process.GetProcessById(pid);
        postmaster.Kill();
    }

    /// <summary>SIGTERM, and waits for the graceful end.</summary>
    public async Task Stop()
    {
        if (_process is null) return;
        using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync();
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(45));
        _process.Dispose();
        _process = null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Stop();
    }

    private void Hear(string? line, TaskCompletionSource ready)
    {
        if (line is null) return;
        lock (_log) _log.AppendLine(line);
        if (line.StartsWith("ready", StringComparison.Ordinal)) ready.TrySetResult();
    }
}
