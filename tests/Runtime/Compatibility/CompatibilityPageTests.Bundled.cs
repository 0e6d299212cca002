using System.Reflection;

namespace Orleans.Conformance.Compatibility;

/// <summary>Writes <c>runtime/COMPATIBILITY.md</c> from the <see cref="FeatureAttribute"/>s of these tests.</summary>
public sealed class CompatibilityPageTests
{
    // Sections that are not named here come last.
    private static readonly string[] s_sections =
    [
        "Grains", "Calls", "Timers and reminders", "Storage", "Streams", "Observers", "Serialization", "Cluster", "Hosting", "Testing", "Operations",
    ];

    [Fact]
    public void The_page_says_what_the_tests_show() => GoldenFile.Check("runtime/COMPATIBILITY.md", Page());

    [Fact]
    public void What_is_absent_is_not_shown_by_a_test()
    {
        var shown = Rows().Select(row => row.Feature.Feature).ToHashSet(StringComparer.Ordinal);

        Assert.DoesNotContain(AbsentFeatures.All, absent => shown.Contains(absent.Feature));
    }

    private static IEnumerable<string> Page()
    {
        yield return "# Compatibility with the Orleans 10 programming model";
        yield return "";
        yield return "This is not Microsoft Orleans: it serves the same source with an engine of its own. What it serves, and which test shows it.";
        yield return "A row is *supported* when it behaves as the programming model says, and *better* when it promises more. What is absent does";
        yield return "not exist at compile time either. The conformance tests write this page: `UPDATE_GOLDEN=1 dotnet test tests/Runtime`.";
        foreach (var section in Rows().GroupBy(row => row.Feature.Section).OrderBy(Order).ThenBy(section => section.Key, StringComparer.Ordinal))
        {
            yield return "";
            yield return $"## {section.Key}";
            yield return "";
            yield return "| Feature | | Shown by |";
            yield return "|---|---|---|";
            foreach (var feature in section.GroupBy(row => row.Feature.Feature).OrderBy(feature => feature.Key, StringComparer.Ordinal))
            {
                var better = feature.Select(row => row.Feature.Better).FirstOrDefault(text => text is not null);
                var tests = feature.Select(row => row.Test).Distinct().Order(StringComparer.Ordinal);
                yield return $"| {Cell(feature.Key)} | {(better is null ? "supported" : "better: " + Cell(better))} | {string.Join(", ", tests)} |";
            }
        }

        yield return "";
        yield return "## Absent";
        yield return "";
        yield return "| Feature | Why |";
        yield return "|---|---|";
        foreach (var absent in AbsentFeatures.All) yield return $"| {Cell(absent.Feature)} | {Cell(absent.Why)} |";
    }

    private static IEnumerable<(FeatureAttribute Feature, string Test)> Rows()
    {
        foreach (var type in typeof(CompatibilityPageTests).Assembly.GetTypes())
        {
            if (type.IsAbstract || !type.IsClass) continue;
            var tests = type.GetMethods().Where(method => method.IsDefined(typeof(FactAttribute))).ToList();
            if (tests.Count == 0) continue;
            foreach (var feature in type.GetCustomAttributes<FeatureAttribute>(inherit: true)) yield return (feature, $"`{type.Name}`");
            foreach (var test in tests)
                foreach (var feature in test.GetCustomAttributes<FeatureAttribute>()) yield return (feature, $"`{type.Name}.{test.Name}`");
        }
    }

    private static int Order(IGrouping<string, (FeatureAttribute Feature, string Test)> section) =>
        Array.IndexOf(s_sections, section.Key) is var index && index < 0 ? s_sections.Length : index;

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
}
