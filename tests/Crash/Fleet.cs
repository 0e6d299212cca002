using System.Globalization;
using System.Text.RegularExpressions;

namespace OrleansSocial.Crash;

/// <summary>Silos that each are a process of their own behind one load balancer; nobody starts again one that ends. PostgreSQL knows each by the name of its sessions.</summary>
internal sealed partial class Fleet : IAsyncDisposable
{
    private readonly Ground _ground;
    private readonly Dictionary<string, string> _settings;
    private readonly List<SiloProcess> _silos = [];

    private Fleet(Ground ground, IReadOnlyDictionary<string, string> more)
    {
        _ground = ground;
        _settings = new(ground.Settings);
        foreach (var (key, value) in more) _settings[key] = value;
    }

    /// <summary>What stands before the silos of the start.</summary>
    public LoadBalancer Balancer { get; private set; } = null!;

    /// <summary>All of them.</summary>
    public IReadOnlyList<SiloProcess> Silos => _silos;

    /// <summary>A silo. 1, 2, 3, …</summary>
    public SiloProcess this[int silo] => _silos[silo - 1];

    /// <summary>Starts silos on loopback and waits until all of them serve.</summary>
    public static Task<Fleet> Start(Ground ground, int silos, IReadOnlyDictionary<string, string>? more = null) =>
        Start(ground, Enumerable.Range(1, silos).Select(_ => SiloPlace.Loopback()), more);

    /// <summary>Starts a silo at each place and waits until all of them serve.</summary>
    public static async Task<Fleet> Start(Ground ground, IEnumerable<SiloPlace> places, IReadOnlyDictionary<string, string>? more = null)
    {
        var fleet = new Fleet(ground, more ?? new Dictionary<string, string>());
        try
        {
            foreach (var place in places) fleet.Add(place).Launch();
            await Task.WhenAll(fleet._silos.Select(silo => silo.Ready()));
            fleet.Balancer = await LoadBalancer.Before(fleet._silos.Select(silo => silo.Address));
            return fleet;
        }
        catch
        {
            await fleet.DisposeAsync();
            throw;
        }
    }

    /// <summary>One more silo, which does not run yet.</summary>
    public SiloProcess Add(SiloPlace place)
    {
        var name = NameOf(_silos.Count + 1);
        var settings = new Dictionary<string, string>(_settings)
        {
            ["Social__Node__Name"] = name,
            [SiloProcess.PostgresKey] = $"{_settings[SiloProcess.PostgresKey]};Application Name={name}",
        };
        var silo = new SiloProcess(_ground.Data, place, settings);
        _silos.Add(silo);
        return silo;
    }

    /// <summary>How PostgreSQL knows a silo.</summary>
    public static string NameOf(int silo) => string.Create(CultureInfo.InvariantCulture, $"silo-{silo}");

    /// <summary>The lines by which a silo says that it was replaced; one, and no more, is clear.</summary>
    public IReadOnlyList<string> FarewellsOf(int silo) => [.. this[silo].Log.Split('\n').Where(line => Replaced().IsMatch(line))];

    /// <summary>How many of its writes PostgreSQL has refused, as far as a silo has told: the writes of rows that failed, and the count of its last words.</summary>
    public int RefusedOf(int silo) => Math.Max(Sum(RefusedRows().Matches(this[silo].Log)), Sum(Replaced().Matches(this[silo].Log)));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Balancer is not null) await Balancer.DisposeAsync();
        foreach (var silo in _silos) await silo.DisposeAsync();
    }

    private static int Sum(MatchCollection lines) => lines.Sum(line => int.Parse(line.Groups["writes"].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"Silo \S+ was replaced; it stops\. (?<writes>\d+) of its writes were refused so far")]
    private static partial Regex Replaced();

    [GeneratedRegex(@"A transaction of (?<writes>\d+) writes failed: This silo was replaced")]
    private static partial Regex RefusedRows();
}
