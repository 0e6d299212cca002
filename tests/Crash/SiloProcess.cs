using System.Diagnostics;
using System.Text;
using OrleansSocial.Driver;

namespace OrleansSocial.Crash;

/// <summary>The real process on loopback, with its own PostgreSQL over one data folder that outlives it unless its settings name another.</summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    /// <summary>The setting that names a PostgreSQL elsewhere.</summary>
    public const string PostgresKey = "ConnectionStrings__Postgres";

    private const int PortsInARow = 8;

    private readonly string _data;
    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly string[] _arguments;
    private readonly StringBuilder _log = new();
    private readonly string[] _ports;
    private Process? _process;

    private SiloProcess(string data, IReadOnlyDictionary<string, string> settings, string[] arguments)
    {
        (_data, _settings, _arguments) = (data, settings, arguments);
        var ports = FreePort.Find(2);
        _ports = [$"--Social:Node:SiloPort={ports[0]}", $"--Social:Node:GatewayPort={ports[1]}"];

        // Silos behind one address answer alone at the ports after it.
        Address = new Uri($"http://127.0.0.1:{FreePort.FindRow(PortsInARow)}");
    }

    /// <summary>Where it listens; the same after each restart.</summary>
    public Uri Address { get; }

    /// <summary>Its process while it runs.</summary>
    public int ProcessId => _process!.Id;

    /// <summary>What it has printed since the first start; for the message of a failing test.</summary>
    public string Log
    {
        get
        {
            lock (_log) return _log.ToString();
        }
    }

    /// <summary>Connection string of its database.</summary>
    public string Postgres => _settings.GetValueOrDefault(PostgresKey) ?? $"Host={_data}/postgres/run;Username=social;Database=social";

    /// <summary>Starts the process on a new data folder and waits until it serves.</summary>
    /// <param name="data">The folder.</param>
    /// <param name="settings">Environment variables.</param>
    /// <param name="arguments">What else stands on the command line; ports given here win.</param>
    public static async Task<SiloProcess> Start(string data, IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        // PostgreSQL may run as another user, who must be able to pass through the temporary folder.
        if (!OperatingSystem.IsWindows() && Directory.GetParent(data) is { } parent) parent.UnixFileMode |= UnixFileMode.OtherExecute;

        var silo = new SiloProcess(data, settings, arguments);
        await silo.Start();
        return silo;
    }

    /// <summary>Starts the process again over the same data, and waits until it serves.</summary>
    public async Task Start()
    {
        var start = new ProcessStartInfo("dotnet", [Checkout.Assembly("silo", "silo.dll"), "--urls", Address.ToString(), .. _ports, .. _arguments])
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
        _process?.Dispose();
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
    public Task KillPostgres() => Signals.Kill(
        int.Parse(File.ReadLines(Path.Combine(_data, "postgres", "data", "postmaster.pid")).First(), System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Its exit code, once it has ended by itself.</summary>
    public async Task<int> Ended(CancellationToken giveUp)
    {
        var process = _process!;
        await process.WaitForExitAsync(giveUp);
        return process.ExitCode;
    }

    /// <summary>SIGTERM, and waits for the graceful end.</summary>
    public async Task Stop()
    {
        if (_process is null) return;
        if (!_process.HasExited) await Signals.Terminate(_process.Id);
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
