namespace OrleansSocial.Architecture;

/// <summary>An outward contract as a text file: a change of it is a line in a diff. <c>UPDATE_GOLDEN=1 ./test</c> rewrites the files.</summary>
/// <remarks>
/// A line that is indented belongs to the one above that is not. Where names are kept for ever, one that goes stays in the file as
/// retired, so that it never comes back with another meaning.
/// </remarks>
internal static class Golden
{
    private const string Retired = "*RETIRED* ";

    /// <summary>Compares with <c>tests/Architecture/Goldens/{name}.txt</c>, or rewrites it when asked to.</summary>
    /// <param name="name">Of the file.</param>
    /// <param name="lines">The contract as it is.</param>
    /// <param name="nameOf">The name in a line, under that of its owner, which is never used again once it is gone. Null: names may come back.</param>
    public static void Check(string name, IEnumerable<string> lines, Func<string, string>? nameOf = null)
    {
        var path = Path.Combine(Repository.Root, "tests/Architecture/Goldens", name + ".txt");
        var (kept, now) = (File.Exists(path) ? File.ReadAllLines(path) : [], lines.ToList());
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            kept = [.. now, .. nameOf is null ? [] : RetiredBy(kept, now, nameOf)];
            File.WriteAllLines(path, kept);
        }

        var changes = Differences(kept, now, nameOf).ToList();
        Assert.True(
            changes.Count == 0,
            $"The contract '{name}' changed. If it is meant, run UPDATE_GOLDEN=1 ./test and commit the file.{Environment.NewLine}{string.Join(Environment.NewLine, changes)}");
    }

    /// <summary>What differs between a contract as it was kept and as it is, a sentence each.</summary>
    internal static IEnumerable<string> Differences(IReadOnlyList<string> kept, IReadOnlyList<string> now, Func<string, string>? nameOf = null)
    {
        var retired = kept.Where(IsRetired).Select(line => line[Retired.Length..]).ToHashSet();
        var (before, after) = (Names(kept.Where(line => !IsRetired(line)), Whole).ToList(), Names(now, Whole).ToList());
        var changes = Less(before, after).Select(line => $"- {line}").Concat(Less(after, before).Select(line => $"+ {line}")).ToList();
        if (changes.Count == 0 && !before.SequenceEqual(after)) changes.Add("the order of lines changed");
        if (nameOf is not null) changes.AddRange(Names(now, nameOf).Where(retired.Contains).Select(one => $"! {one} was retired and must not come back"));
        return changes;
    }

    /// <summary>The lines of all names that are retired: those from before, and those that have gone.</summary>
    internal static IEnumerable<string> RetiredBy(IReadOnlyList<string> kept, IReadOnlyList<string> now, Func<string, string> nameOf) =>
        kept.Where(IsRetired)
            .Concat(Names(kept.Where(line => !IsRetired(line)), nameOf).Except(Names(now, nameOf)).Select(one => Retired + one))
            .Distinct().Order(StringComparer.Ordinal);

    private static bool IsRetired(string line) => line.StartsWith(Retired, StringComparison.Ordinal);

    private static string Whole(string line) => line;

    // Each name under that of its owner, so that equal names of two owners are two.
    private static IEnumerable<string> Names(IEnumerable<string> lines, Func<string, string> nameOf)
    {
        var owner = "";
        foreach (var line in lines)
        {
            if (line.StartsWith(' ')) yield return $"{owner} {nameOf(line.TrimStart())}";
            else yield return owner = nameOf(line);
        }
    }

    // What is in one list and, as often, not in the other.
    private static IEnumerable<string> Less(IEnumerable<string> these, IEnumerable<string> those)
    {
        var left = those.CountBy(line => line).ToDictionary();
        foreach (var line in these)
        {
            if (left.GetValueOrDefault(line) is var count and > 0) left[line] = count - 1;
            else yield return line;
        }
    }
}
