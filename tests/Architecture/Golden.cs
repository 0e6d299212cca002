namespace OrleansSocial.Architecture;

/// <summary>An outward contract as a text file: a change of it is a line in a diff. <c>UPDATE_GOLDEN=1 ./test</c> rewrites the files.</summary>
internal static class Golden
{
    /// <summary>Compares with <c>tests/Architecture/Goldens/{name}.txt</c>, or rewrites it when asked to.</summary>
    public static void Check(string name, IEnumerable<string> lines)
    {
        var path = Path.Combine(Repository.Root, "tests/Architecture/Goldens", name + ".txt");
        var now = lines.ToList();
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllLines(path, now);
            return;
        }

        var kept = File.Exists(path) ? File.ReadAllLines(path) : [];
        var gone = kept.Except(now).Select(line => "- " + line);
        var come = now.Except(kept).Select(line => "+ " + line);
        var changes = gone.Concat(come).ToList();
        if (changes.Count == 0 && !kept.SequenceEqual(now)) changes.Add("the order of lines changed");
        Assert.True(
            changes.Count == 0,
            $"The contract '{name}' changed. If it is meant, run UPDATE_GOLDEN=1 ./test and commit the file.{Environment.NewLine}{string.Join(Environment.NewLine, changes)}");
    }
}
