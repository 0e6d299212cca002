using System.Reflection;

namespace Orleans.Conformance.Compatibility;

/// <summary>What applications can name of the runtime stands in one file.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void The_public_api_is_what_the_file_says() => GoldenFile.Check(
        "runtime/PublicApi.txt",
        new[] { "Orleans.Bundled", "Orleans.Bundled.Postgres", "Orleans.Bundled.TestingHost" }.SelectMany(name => ApiText.Of(Assembly.Load(name))));
}
