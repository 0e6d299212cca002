using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using OrleansSocial.Host;
using OrleansSocial.Kernel;

namespace OrleansSocial.Local;

/// <summary>Starts the silos of a cluster on this machine, starts again those that end, and lets all of them drain at the end.</summary>
/// <remarks>Invariants: 1. A silo that cannot start the first time ends the whole. 2. One that ends later is started again, whatever its exit code. 3. None outlives this process.</remarks>
internal sealed partial class LocalSilos(
    LocalPlan plan,
    string[] arguments,
    IConfiguration configuration,
    IOptions<NodeOptions> node,
    TimeProvider clock,
    IHostApplicationLifetime lifetime,
    ILogger<LocalSilos> log) : IHostedService, IDisposable
{
    private static readonly TimeSpan s_stopReserve = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_pauseMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_pauseMax = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private readonly LocalSilo?[] _silos = new LocalSilo?[plan.Silos.Count];
    private readonly Lock _one = new();
    private volatile bool _ending;

    private bool Ending => _ending || lifetime.ApplicationStopping.IsCancellationRequested;

    private bool Prefixed => node.Value.Logs == "text";

    /// <summary>How long all silos together may take to end.</summary>
    public static TimeSpan StopPatience(NodeOptions node) => TimeSpan.FromSeconds(node.DrainSecondsMax) + s_stopReserve;

    /// <inheritdoc/>
    /// <exception cref="StartRefusedException">A port is taken, or a silo does not start.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        CheckPorts();
        try
        {
            for (var i = 0; i < _silos.Length; i++) Run(i);
            foreach (var (silo, one) in _silos.Zip(plan.Silos))
            {
                if (!await silo!.Ready.WaitAsync(cancellationToken))
                    throw new StartRefusedException($"{one.Name} ended with {await silo.Ended} before it was ready. What it said stands above.");
            }
        }
        catch
        {
            await StopAsync(CancellationToken.None);
            throw;
        }

        for (var i = 0; i < _silos.Length; i++) _ = Keep(i);
        Announce();
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        List<LocalSilo> running;
        lock (_one)
        {
            _ending = true;
            running = [.. _silos.OfType<LocalSilo>()];
        }

        await _stop.CancelAsync();
        foreach (var silo in running) silo.AskToEnd();
        try
        {
            await Task.WhenAll(running.Select(silo => silo.Ended)).WaitAsync(StopPatience(node.Value), clock, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            LogKilled();
            foreach (var silo in running.Where(silo => !silo.Ended.IsCompleted)) silo.Kill();
            await Task.WhenAll(running.Select(silo => silo.Ended));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var silo in _silos) silo?.Dispose();
        _stop.Dispose();
    }

    // The silos share their port with whoever else shares it, so another cluster at the same address would go unnoticed.
    private void CheckPorts()
    {
        var host = plan.Address.Host;
        var shared = IPAddress.TryParse(host.Trim('[', ']'), out var ip) ? ip : host == "localhost" ? IPAddress.Loopback : IPAddress.Any;
        List<IPEndPoint> all = [new(shared, plan.Address.Port)];
        foreach (var silo in plan.Silos)
            all.AddRange(new[] { silo.OperatorPort, silo.SiloPort, silo.GatewayPort }.Where(port => port > 0).Select(port => new IPEndPoint(IPAddress.Loopback, port)));

        var taken = all.Where(IsTaken).ToList();
        if (taken.Count > 0)
            throw new StartRefusedException($"Something listens at {string.Join(" and ", taken)} already. Stop it, or choose other ports (--port, Social__Node__SiloPort, Social__Node__GatewayPort).");
    }

    private static bool IsTaken(IPEndPoint endpoint)
    {
        using var probe = new TcpListener(endpoint);
        try
        {
            probe.Start();
            return false;
        }
        catch (SocketException fault) when (fault.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return true;
        }
    }

    private void Run(int index)
    {
        LocalSilo silo;
        lock (_one)
        {
            if (_ending) return;
            silo = LocalSilo.Start(plan.Silos[index], Command(plan.Silos[index]), Prefixed);
            _silos[index]?.Dispose();
            _silos[index] = silo;
        }

        LogStarted(plan.Silos[index].Name, silo.ProcessId, plan.Silos[index].OperatorAddress);
    }

    private ProcessStartInfo Command(LocalSiloPlan silo)
    {
        string[] own =
        [
            $"--urls={plan.Address};{silo.OperatorAddress}",
            $"--{NodeOptions.Section}:{nameof(NodeOptions.SharedPort)}={plan.Address.Port}",
            $"--{NodeOptions.Section}:{nameof(NodeOptions.SiloPort)}={silo.SiloPort}",
            $"--{NodeOptions.Section}:{nameof(NodeOptions.GatewayPort)}={silo.GatewayPort}",
            $"--{NodeOptions.Section}:{nameof(NodeOptions.Name)}={silo.Name}",
            $"--{NodeOptions.Section}:{nameof(NodeOptions.EndsWithInput)}=true",
        ];
        var program = Environment.ProcessPath!;
        var assembly = Path.GetFileNameWithoutExtension(program) == "dotnet" ? new[] { typeof(LocalSilos).Assembly.Location } : [];
        var start = new ProcessStartInfo(program, [.. assembly, .. arguments, .. own]);

        // An address may hold a password, which arguments would show to everyone on the machine.
        start.Environment[$"ConnectionStrings__{KernelModule.ConnectionName}"] = configuration.GetConnectionString(KernelModule.ConnectionName);
        return start;
    }

    private async Task Keep(int index)
    {
        for (var pause = s_pauseMin; ;)
        {
            var silo = _silos[index]!;
            var code = await silo.Ended;
            if (Ending) return;

            LogEnded(plan.Silos[index].Name, code);
            pause = await silo.Ready ? s_pauseMin : pause * 2 < s_pauseMax ? pause * 2 : s_pauseMax;
            await Task.Delay(pause, clock, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (Ending) return;
            Run(index);
        }
    }

    private void Announce()
    {
        var address = plan.Address.ToString();
        if (Prefixed)
        {
            Console.Out.WriteLine();
            Console.Out.WriteLine($"OrleansSocial runs at {address} as {plan.Silos.Count} silos");
            Console.Out.WriteLine($"  the page          {address}/");
            Console.Out.WriteLine($"  each silo alone   {string.Join(' ', plan.Silos.Select(silo => silo.OperatorAddress))}");
            Console.Out.WriteLine();
        }

        Console.Out.WriteLine($"ready {address}");
        Console.Out.Flush();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Silo} is process {Pid}, alone at {Address}")]
    private partial void LogStarted(string silo, int pid, string address);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Silo} ended with {Code}; it is started again")]
    private partial void LogEnded(string silo, int code);

    [LoggerMessage(Level = LogLevel.Error, Message = "Not every silo drained in time; those that did not are killed")]
    private partial void LogKilled();
}
