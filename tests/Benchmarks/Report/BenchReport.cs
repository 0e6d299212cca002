namespace OrleansSocial.Benchmarks.Report;

/// <summary>Whether more or less of a figure is what one wants, or it only tells what was driven.</summary>
internal enum Better
{
    Lower,
    Higher,
    Neither,
}

/// <summary>A middle with the smallest and the largest beside it.</summary>
internal sealed record Spread(double Median, double Min, double Max)
{
    /// <summary>Of some values; null of none.</summary>
    public static Spread? Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        if (sorted.Count == 0) return null;
        var middle = sorted.Count / 2;
        return new(sorted.Count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2, sorted[0], sorted[^1]);
    }
}

/// <summary>One figure: a value a round for each side.</summary>
internal sealed class Figure(string group, string name, string unit, Better better)
{
    private readonly Dictionary<string, List<double>> _rounds = [];

    public string Group => group;

    public string Name => name;

    public string Unit => unit;

    public Better Better => better;

    /// <summary>The values of a side, in the order of the rounds.</summary>
    public IReadOnlyList<double> Rounds(string side) => _rounds.GetValueOrDefault(side) ?? [];

    /// <summary>The spread over the rounds of a side; null where it has none.</summary>
    public Spread? Of(string side) => Spread.Of(Rounds(side));

    /// <summary>The subject in terms of a yardstick, round by round; null where one of them has no value, or a yardstick of nothing.</summary>
    public Spread? Ratio(string subject, string yardstick) =>
        Rounds(subject).Count == Rounds(yardstick).Count && Rounds(yardstick).All(value => value != 0) ? Spread.Of(Rounds(subject).Zip(Rounds(yardstick), (mine, theirs) => mine / theirs)) : null;

    internal void Add(string side, double value)
    {
        if (!_rounds.TryGetValue(side, out var values)) _rounds[side] = values = [];
        values.Add(value);
    }
}

/// <summary>How long which share of something took at most, for each side, over all rounds.</summary>
internal sealed record Curve(string Group, string Name, Dictionary<string, Load.Latencies> Sides);

/// <summary>The figures of one benchmark, or of a part of it.</summary>
internal sealed class Section(string benchmark, string title, string about, string subject, IReadOnlyList<string> yardsticks)
{
    private readonly List<Figure> _figures = [];

    public string Benchmark => benchmark;

    public string Title => title;

    public string About => about;

    /// <summary>The side that is ours.</summary>
    public string Subject => subject;

    /// <summary>What it stands beside.</summary>
    public IReadOnlyList<string> Yardsticks => yardsticks;

    /// <summary>Ours first.</summary>
    public IEnumerable<string> Sides => [subject, .. yardsticks];

    public IReadOnlyList<Figure> Figures => _figures;

    public List<Curve> Curves { get; } = [];

    /// <summary>What a reader has to know beside the figures.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>Adds the value of one round.</summary>
    public void Add(string group, string name, string unit, Better better, string side, double value)
    {
        var figure = _figures.Find(one => one.Group == group && one.Name == name && one.Unit == unit);
        if (figure is null) _figures.Add(figure = new(group, name, unit, better));
        figure.Add(side, value);
    }

    /// <summary>Adds what a round showed to the curve of a side.</summary>
    public void Add(string group, string name, string side, Load.Latencies latencies)
    {
        var curve = Curves.Find(one => one.Group == group && one.Name == name);
        if (curve is null) Curves.Add(curve = new(group, name, []));
        if (!curve.Sides.TryGetValue(side, out var all)) curve.Sides[side] = all = new();
        all.Add(latencies);
    }
}

/// <summary>All that a run showed.</summary>
internal sealed class BenchReport
{
    /// <summary>What was run, as one would type it.</summary>
    public required string Command { get; init; }

    /// <summary>On what.</summary>
    public required Machine Machine { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset Began { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Took { get; set; }

    /// <summary>The form that takes seconds.</summary>
    public bool Short { get; init; }

    public List<Section> Sections { get; } = [];

    /// <summary>What went wrong; the figures are not complete then.</summary>
    public List<string> Faults { get; } = [];
}
