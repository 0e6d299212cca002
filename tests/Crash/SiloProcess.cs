using System.Diagnostics;
using System.Globalization;
using System.Text;
using OrleansSocial.Driver;

namespace OrleansSocial.Crash;

/// <summary>The real process, with its own PostgreSQL over one data folder that outlives it unless its settings name another.</summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    /// <summary>The setting that names a PostgreSQL elsewhere.</summary>
    public const string PostgresKey = "ConnectionStrings__Postgres";

    private static readonly TimeSpan s_readyWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_endedWithin = TimeSpan.FromSeconds(45);

    private readonly string _data;
    private readonly SiloPlace _place;
    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly string[] _arguments;
    private readonly StringBuilder _log = new();
    private TaskCompletionSource _ready = new();
    private Process? _process;

    /// <summary>A process that does not run yet.</summary>
    /// <param name="data">The folder of what it keeps.</param>
    /// <param name="place">Where it runs.</param>
    /// <param name="settings">Environment variables.</param>
    /// <param name="arguments">What else stands on the command line; what is said here wins.</param>
    public SiloProcess(string data, SiloPlace place, IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        (_data, _place, _settings, _arguments) = (data, place, settings, arguments);

        // PostgreSQL may run as another user, who must be able to pass through the temporary folder.
        if (!OperatingSystem.IsWindows() && Directory.GetParent(data) is { } parent) parent.UnixFileMode |= UnixFileMode.OtherExecute;
    }

    /// <summary>Where people reach it; the same after each restart.</summary>
    public Uri Address => _place.Address;

    /// <summary>Where the other silos reach it: address and port.</summary>
    public string Member => _place.Member;

    /// <summary>Its process while it runs.</summary>
    public int ProcessId => _process!.Id;

    /// <summary>Whether it runs.</summary>
    public bool Runs => _process is { HasExited: false };

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

    /// <summary>Starts a process on free ports of loopback and waits until it serves.</summary>
    public static async Task<SiloProcess> Start(string data, IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        var silo = new SiloProcess(data, SiloPlace.Loopback(), settings, arguments);
        await silo.Start();
        return silo;
    }

    /// <summary>Starts the process, again over the same data and at the same place, and waits until it serves.</summary>
    public Task Start()
    {
        Launch();
        return Ready();
    }

    /// <summary>Starts the process and waits for nothing.</summary>
    public void Launch()
    {
        string[] command = [.. _place.On, "dotnet", Checkout.Assembly("silo", "silo.dll"), "--urls", Address.ToString().TrimEnd('/'), .. _place.Arguments, .. _arguments];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["Social__Node__Data"] = _data;
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        start.Environment["Social__Checks__Invariants"] = "true";
        start.Environment["Social__Checks__Refusals"] = "true";
        foreach (var (key, value) in _settings) start.Environment[key] = value;

        var ready = _ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException($"The silo ended before it was ready:{Environment.NewLine}{Log}"));
        process.OutputDataReceived += (_, e) => Hear(e.Data, ready);
        process.ErrorDataReceived += (_, e) => Hear(e.Data, ready);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process?.Dispose();
        _process = process;
    }

    /// <summary>Waits until it says that it serves.</summary>
    public async Task Ready()
    {
        try
        {
            await _ready.Task.WaitAsync(s_readyWithin);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"The silo was not ready within {s_readyWithin}:{Environment.NewLine}{Log}");
        }
    }

    /// <summary>SIGKILL: no goodbye of any kind.</summary>
    public async Task Kill()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>SIGKILL to its own PostgreSQL; what that has started ends by itself.</summary>
    public Task KillPostgres() => Signals.Kill(PostgresId());

    /// <summary>Lets its own PostgreSQL end at once and in good order.</summary>
    public Task StopPostgres() => Signals.Interrupt(PostgresId());

    /// <summary>Its exit code, once it has ended by itself.</summary>
    public async Task<int> Ended(CancellationToken giveUp)
    {
        var process = _process!;
        await process.WaitForExitAsync(giveUp);
        return process.ExitCode;
    }

    /// <summary>Its exit code when it ends by itself within a time; fails with what it said otherwise.</summary>
    public async Task<int> EndedWithin(TimeSpan time)
    {
        using var patience = new CancellationTokenSource(time);
        try
        {
            return await Ended(patience.Token);
        }
        catch (OperationCanceledException)
        {
            throw new Xunit.Sdk.XunitException($"The silo did not end within {time}:{Environment.NewLine}{Log}");
        }
    }

    /// <summary>SIGTERM, and waits for the graceful end.</summary>
    public async Task Stop()
    {
        if (_process is null) return;
        if (!_process.HasExited) await Signals.Terminate(_process.Id);
        await _process.WaitForExitAsync().WaitAsync(s_endedWithin);
        _process.Dispose();
        _process = null;
    }

    /// <summary>Ends it, whatever state a failed test has left it in: in good order where it has others to end. What it said goes into the folder that SOCIAL_CRASH_LOGS names.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Environment.GetEnvironmentVariable("SOCIAL_CRASH_LOGS") is { Length: > 0 } folder)
            await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(folder).FullName, $"{Member.Replace(':', '-')}.log"), Log);
        if (!Runs) return;
        if (_settings.ContainsKey(PostgresKey) && !_arguments.Contains(LocalCluster.Argument))
        {
            await Kill();
            return;
        }

        try
        {
            await Stop();
        }
        catch (TimeoutException)
        {
            await Kill();
            throw;
        }
    }

    private int PostgresId() => int.Parse(File.ReadLines(Path.Combine(_data, "postgres", "data", "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    private void Hear(string? line, TaskCompletionSource ready)
    {
        if (line is null) return;
        lock (_log) _log.AppendLine(line);
        if (line.StartsWith("ready", StringComparison.Ordinal)) ready.TrySetResult();
    }
}
