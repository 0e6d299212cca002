using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

/// <summary>Runs inside a silo that is measured, before its program: the runtime loads it where <c>DOTNET_STARTUP_HOOKS</c> names this assembly. It counts what Orleans' meters tell, and says it to whoever connects.</summary>
/// <remarks>The runtime finds it by its name, which is in no namespace. It stands in an assembly of its own and uses nothing but the base library: Orleans looks for grains in every assembly that is there when it starts.</remarks>
public static class StartupHook
{
    /// <summary>The variable that holds the port of loopback at which counts are told.</summary>
    public const string PortVariable = "BENCH_METERS_PORT";

    private const string Meter = "Microsoft.Orleans";
    private static readonly ConcurrentDictionary<string, long> s_counts = new();

    /// <summary>Called by the runtime.</summary>
    public static void Initialize()
    {
        if (!int.TryParse(Environment.GetEnvironmentVariable(PortVariable), CultureInfo.InvariantCulture, out var port)) return;
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, meters) =>
            {
                if (instrument.Meter.Name == Meter && instrument.Name.Contains("messaging", StringComparison.Ordinal)) meters.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => Count(instrument, value));
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Count(instrument, value));
        listener.Start();
        var door = new TcpListener(IPAddress.Loopback, port);
        door.Start();
        _ = Answer(door, listener);
    }

    // A histogram has one measurement for each message, a counter how many there were; what is observed is the sum so far.
    private static void Count(Instrument instrument, long value)
    {
        if (instrument.IsObservable) s_counts[instrument.Name] = Observed(instrument.Name, value);
        else s_counts.AddOrUpdate(instrument.Name, instrument is Counter<int> or Counter<long> ? value : 1, (_, sum) => sum + (instrument is Counter<int> or Counter<long> ? value : 1));
    }

    private static readonly ConcurrentDictionary<string, long> s_observed = new();

    // One instrument has a value for each of its tags: they are summed within one look.
    private static long Observed(string name, long value) => s_observed.AddOrUpdate(name, value, (_, sum) => sum + value);

    private static async Task Answer(TcpListener door, MeterListener listener)
    {
        while (true)
        {
            using var caller = await door.AcceptTcpClientAsync();
            s_observed.Clear();
            listener.RecordObservableInstruments();
            var lines = string.Concat(s_counts.Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Key} {one.Value}\n")));
            try
            {
                await caller.GetStream().WriteAsync(Encoding.UTF8.GetBytes(lines));
            }
            catch (IOException)
            {
                // Whoever asked has gone.
            }
        }
    }
}
