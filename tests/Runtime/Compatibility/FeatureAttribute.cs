namespace Orleans.Conformance;

/// <summary>Says which row of <c>runtime/COMPATIBILITY.md</c> a test, or all tests of a class, show.</summary>
/// <param name="section">The section of the page.</param>
/// <param name="feature">The row; several tests may show the same one.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
public sealed class FeatureAttribute(string section, string feature) : Attribute
{
    public string Section { get; } = section;

    public string Feature { get; } = feature;

    /// <summary>In what the bundled runtime does more than the programming model promises; nothing when it does the same.</summary>
    public string? Better { get; init; }
}
