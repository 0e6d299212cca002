namespace Orleans.Bundled.Generator.Tests;

/// <summary>Misuse does not compile, and says so where it stands.</summary>
public sealed class DiagnosticTests
{
    [Theory]
    [InlineData("ORLEANS0001", "Get", "public interface IA : IGrainWithStringKey { Task Get(); } public class A : Grain, IA { [AlwaysInterleave] public Task Get() => Task.CompletedTask; }")]
    [InlineData("ORLEANS0002", "x", "public interface IA : IGrainWithStringKey { Task Get(ref int x); }")]
    [InlineData("ORLEANS0002", "x", "public interface IA : IGrainWithStringKey { Task Get(out int x); }")]
    [InlineData("ORLEANS0002", "x", "public interface IA : IGrainWithStringKey { Task Get(in int x); }")]
    [InlineData("ORLEANS0004", "B", "[GenerateSerializer] public class A { public int B { get; set; } }")]
    [InlineData("ORLEANS0004", "_b", "[GenerateSerializer] public class A { private int _b; public int B => _b; }")]
    [InlineData("ORLEANS0004", "B", "[GenerateSerializer] public record A(int C) { public int B { get; init; } }")]
    [InlineData("ORLEANS0006", "B", "[GenerateSerializer] public abstract class A { [Id(0)] public abstract int B { get; set; } }")]
    [InlineData("ORLEANS0008", "Name", "public interface IA : IGrainWithStringKey { string Name { get; } }")]
    [InlineData("ORLEANS0008", "Changed", "public interface IA : IGrainWithStringKey { event Action Changed; }")]
    [InlineData("ORLEANS0009", "Get", "public interface IA : IGrainWithStringKey { int Get(); }")]
    [InlineData("ORLEANS0009", "Get", "public interface IA : IGrainObserver { Func<Task> Get(); }")]
    [InlineData("ORLEANS0011", "B", "[GenerateSerializer, Alias(\"x\")] public class A { } [GenerateSerializer, Alias(\"x\")] public class B { }")]
    [InlineData("ORLEANS0012", "C", "[GenerateSerializer] public class A { [Id(1)] public int B; [Id(1)] public int C; }")]
    [InlineData("ORLEANS0013", "A", "public interface IA : IGrainWithStringKey { } [GenerateSerializer] public class A : Grain, IA { }")]
    [InlineData("ORLEANS0101", "B", "[GenerateSerializer] public class A { [Id(0)] public int B => 1; }")]
    [InlineData("ORLEANS0106", "A", "[GenerateSerializer(IncludePrimaryConstructorParameters = true)] public class A(int b) { public int C() => b; }")]
    [InlineData("ORLEANS0107", "A", "public class Outer { [GenerateSerializer] private class A { } }")]
    [InlineData("ORLEANS0107", "IA", "public class Outer { private interface IA : IGrainWithStringKey { } }")]
    [InlineData("ORLEANS0107", "B", "[GenerateSerializer] public class A { [Id(0)] private Hidden B; private enum Hidden { } }")]
    [InlineData("ORLEANS0107", "A", "[GenerateSerializer] file class A { }")]
    [InlineData("ORLEANS0109", "Get", "public interface IA : IGrainWithStringKey { Task Get(CancellationToken a, CancellationToken b); }")]
    [InlineData("ORLEANS0009", "Get", "public interface IA : IGrainObserver { IAsyncEnumerable<int> Get(); }")]
    [InlineData("OB0005", "Get", "public interface IA : IGrainWithStringKey { [OneWay] IAsyncEnumerable<int> Get(); }")]
    [InlineData("OB0002", "Get", "public interface IA : IGrainWithStringKey { static abstract Task Get(); }")]
    [InlineData("OB0003", "x", "public interface IA : IGrainWithStringKey { Task Get(Span<int> x); }")]
    [InlineData("OB0004", "A", "public interface IA : IGrainWithStringKey { } public class Outer { private class A : Grain, IA { } }")]
    [InlineData("OB0005", "Get", "public interface IA : IGrainWithStringKey { [OneWay] Task<int> Get(); }")]
    [InlineData("ORLEANS0011", "B", "public interface IA : IGrainWithStringKey { [Alias(\"x\")] Task A(); [Alias(\"x\")] Task B(); }")]
    [InlineData("ORLEANS0011", "B", "[Alias(\"x\")] public interface A : IGrainWithStringKey { } [Alias(\"x\")] public interface B : IGrainWithStringKey { }")]
    public void Misuse_is_refused_with_its_own_id(string id, string at, string source)
    {
        var compiled = Compiled.From(source);

        Assert.Equal([id], compiled.Reported);
        Assert.Equal([at], compiled.At);
    }

    [Theory]
    [InlineData("public interface IPlain { int Get(); string Name { get; } }")]
    [InlineData("public class Plain { public int B { get; set; } }")]
    [InlineData("public interface IA : IGrainWithStringKey { static Task Help() => Task.CompletedTask; const int Max = 3; Task Get(CancellationToken ct = default, int n = 3); }")]
    [InlineData("public interface IA : IGrainWithStringKey { sealed Task Help() => Hidden(); private Task Hidden() => Task.CompletedTask; Task Get() => Help(); }")]
    [InlineData("[GenerateSerializer] public class A { [NonSerialized] public int B; [field: NonSerialized] public int C { get; set; } public int D => 1; public static int E; public const int F = 1; }")]
    [InlineData("[GenerateSerializer, Alias(\"x\")] public class A { } public static class N { [GenerateSerializer, Alias(\"y\")] public class A { } }")]
    [InlineData("[GenerateSerializer] public class A { [Id(1)] public int B; } [GenerateSerializer] public class D : A { [Id(1)] public int C; }")]
    [InlineData("public interface IA : IGrainWithStringKey { } public abstract class A : Grain, IA { } internal class B : A { }")]
    [InlineData("public interface IA<T> : IGrainWithStringKey { IAsyncEnumerable<List<T>> Get(List<T> a, int b, CancellationToken ct = default); IAsyncEnumerable<U> All<U>(U[] a); }")]
    [InlineData("[GenerateSerializer] public partial record A(int B); public partial record A { public int C => B; }")]
    public void What_is_right_compiles_without_a_warning(string source)
    {
        var compiled = Compiled.From(source);

        Assert.Empty(compiled.Reported);
        Assert.Empty(compiled.Problems);
    }
}
