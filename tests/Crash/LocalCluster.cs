using System.Globalization;
using System.Text.RegularExpressions;
using OrleansSocial.Driver;

namespace OrleansSocial.Crash;

/// <summary>A cluster on this machine as <c>./run --silos</c> starts it: one address, one PostgreSQL, and a process for each silo that is started again when it ends.</summary>
internal sealed partial class LocalCluster : IAsyncDisposable
{
    /// <summary>The argument that asks for it.</summary>
    public const string Argument = "--silos";

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(5) };

    private LocalCluster(SiloProcess keeper) => Keeper = keeper;

    /// <summary>The process that keeps the others.</summary>
    public SiloProcess Keeper { get; }

    /// <summary>The address that all silos share.</summary>
    public Uri Address => Keeper.Address;

    /// <summary>Connection string of the database.</summary>
    public string Postgres => Keeper.Postgres;

    /// <summary>Starts a cluster and waits until every silo serves.</summary>
    public static async Task<LocalCluster> Start(Ground ground, int silos)
    {
        var keeper = await SiloProcess.Start(
            ground.Data,
            ground.Settings,
            Argument, silos.ToString(CultureInfo.InvariantCulture),
            $"--Social:Node:SiloPort={FreePort.FindRow(silos)}");
        return new(keeper);
    }

    /// <summary>The process of a silo as it runs now. 1, 2, 3, …</summary>
    public int ProcessOf(int silo) => int.Parse(Runs(silo)[^1].Groups["pid"].Value, CultureInfo.InvariantCulture);

    /// <summary>Where a silo answers alone.</summary>
    public Uri AddressOf(int silo) => new(Runs(silo)[^1].Groups["address"].Value);

    /// <summary>How often a silo was started.</summary>
    public int StartsOf(int silo) => Runs(silo).Count;

    /// <summary>What a silo printed, over all of its runs.</summary>
    public IEnumerable<string> LinesOf(int silo) => Keeper.Log.Split('\n').Where(line => line.StartsWith($"silo-{silo} |", StringComparison.Ordinal));

    /// <summary>Whether a silo serves at this moment.</summary>
    public async Task<bool> IsReady(int silo)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri(AddressOf(silo), "/health/ready"));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Waits until a silo runs again, for the given time at least, and serves.</summary>
    public Task Again(Crowd crowd, int silo, int starts) => crowd.Until(async () => StartsOf(silo) >= starts && await IsReady(silo));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Keeper.DisposeAsync();
    }

    private List<Match> Runs(int silo) =>
        [.. Started().Matches(Keeper.Log).Where(run => run.Groups["silo"].Value == silo.ToString(CultureInfo.InvariantCulture))];

    [GeneratedRegex(@"silo-(?<silo>\d+) is process (?<pid>\d+), alone at (?<address>\S+)")]
    private static partial Regex Started();
}
