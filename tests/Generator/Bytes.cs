using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Bundled.Generator.Tests;

/// <summary>Shorthand for tests that send values through bytes and through copies.</summary>
internal static class Bytes
{
    public static readonly Serializer Serializer = Services().GetRequiredService<Serializer>();
    public static readonly DeepCopier Copier = Services().GetRequiredService<DeepCopier>();

    public static T RoundTrip<T>(T value) => Serializer.Deserialize<T>(Serializer.SerializeToArray(value));

    public static ServiceProvider Services() => new ServiceCollection().AddSerializer().BuildServiceProvider();
}
