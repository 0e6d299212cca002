using OrleansSocial.Driver;

namespace Orleans.Conformance.Compatibility;

/// <summary>A file of the checkout that a test writes: a change of it is a line in a diff. <c>UPDATE_GOLDEN=1</c> rewrites it.</summary>
internal static class GoldenFile
{
    public static void Check(string path, IEnumerable<string> lines)
    {
        var full = Path.Combine(Checkout.Root, path);
        var now = lines.ToList();
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllLines(full, now);
            return;
        }

        var kept = File.Exists(full) ? File.ReadAllLines(full) : [];
        var changes = kept.Except(now).Select(line => "- " + line).Concat(now.Except(kept).Select(line => "+ " + line)).ToList();
        if (changes.Count == 0 && !kept.SequenceEqual(now)) changes.Add("the order of lines changed");
        Assert.True(
            changes.Count == 0,
            $"{path} is out of date. If the change is meant, run UPDATE_GOLDEN=1 dotnet test tests/Runtime --filter Compatibility and commit the file."
            + Environment.NewLine + string.Join(Environment.NewLine, changes));
    }
}
