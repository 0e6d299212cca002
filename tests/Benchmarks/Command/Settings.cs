namespace OrleansSocial.Benchmarks.Command;

/// <summary>What the command line asks for, with every value checked.</summary>
internal sealed record Settings
{
    /// <summary>The benchmarks to run, in the order of their list.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>The parts of the one benchmark that is named; empty for all of them.</summary>
    public IReadOnlyList<string> Parts { get; init; } = [];

    /// <summary>Rounds in which the sides take turns; null for as many as fit the form.</summary>
    public int? RoundsAsked { get; init; }

    /// <summary>Seconds of each measured stretch; null for as many as each benchmark has.</summary>
    public double? SecondsAsked { get; init; }

    /// <summary>Messages a second that are offered in an open loop; null for the benchmark's own rate.</summary>
    public double? RateAsked { get; init; }

    /// <summary>Numbers of callers of <c>sends</c>.</summary>
    public IReadOnlyList<int> Callers { get; init; } = [];

    /// <summary>How often <c>events</c> or <c>jobs</c> kill their silo instead of measuring.</summary>
    public int? Kills { get; init; }

    /// <summary>The form that takes seconds: everything is called, and no figure means anything.</summary>
    public bool Short { get; init; }

    /// <summary>Where the report goes as JSON.</summary>
    public string? JsonFile { get; init; }

    /// <summary>Where the report goes as a page.</summary>
    public string? HtmlFile { get; init; }

    /// <summary>A running deployment to drive instead.</summary>
    public Uri? Against { get; init; }

    /// <summary>Connections to that deployment.</summary>
    public int? Connections { get; init; }

    /// <summary>More than the defaults is agreed to.</summary>
    public bool Yes { get; init; }

    /// <summary>How many rounds.</summary>
    public int Rounds => RoundsAsked ?? (Short ? 1 : 5);

    /// <summary>Seconds of a stretch of which the full form has so many.</summary>
    public double Seconds(double full) => SecondsAsked ?? (Short ? Math.Min(1, full) : full);

    /// <summary>A size in the full form and in the short one.</summary>
    public int Size(int full, int small) => Short ? small : full;

    /// <summary>Messages a second that are offered.</summary>
    public double Rate(double full, double small) => RateAsked ?? (Short ? small : full);

    /// <summary>Whether a part of the benchmark is asked for.</summary>
    public bool Wants(string part) => Parts.Count == 0 || Parts.Contains(part);
}
