using Microsoft.CodeAnalysis;

namespace Orleans.Bundled.Generator.Tests;

/// <summary>What the generator makes compiles in strict projects, and is made anew only when its source changes.</summary>
public sealed class GeneratedSourceTests
{
    [Fact]
    public void A_project_that_declares_nothing_gets_nothing() => Assert.Empty(Compiled.From("public class A { }").Result.GeneratedTrees);

    [Fact]
    public void Awkward_declarations_compile_without_a_warning()
    {
        var compiled = Compiled.From("""
            #nullable enable
            namespace @class.Inner
            {
                [Obsolete("old")]
                public interface IOld : IGrainWithStringKey { [Obsolete] Task<string?> @event(string? @int, int? n, (int A, string? B) pair); }

                public interface IGeneric<in TIn, TOut> : IGrainWithGuidKey where TIn : class? where TOut : struct, Enum
                {
                    Task<TOut?> Get<T>(TIn? value, T? other) where T : notnull;
                    ValueTask<T[]> Many<T>(IEnumerable<T> values) where T : unmanaged;
                }

                public interface IBase : IGrainWithIntegerKey { Task Same(int a); Task Same(string a); }
                public interface IDerived : IBase, IDisposable { new Task Same(int a); }
                public interface IDiamond : IDerived, IBase { }

                public class Outer<T>
                {
                    public interface INested : IGrainWithStringKey { Task<T> Get(T value); }
                    [GenerateSerializer] public class State { [Id(0)] public T? Value { get; private set; } [Id(1)] private readonly T[] _more = []; public T[] More => _more; }
                }

                [GenerateSerializer] public record struct Both(int A, [property: Id(4)] string? B);
                [GenerateSerializer] public abstract record Root([property: Id(0)] string? Name);
                [GenerateSerializer] public sealed record Leaf(string? Name, int Own) : Root(Name);
                [GenerateSerializer] public class Hidden { private Hidden(int a) => _a = a; [Id(0)] private readonly int _a; protected Hidden() { } public int Get() => _a; }
            }
            """);

        Assert.Empty(compiled.Reported);
        Assert.Empty(compiled.Problems);
    }

    [Fact]
    public void Attributes_of_methods_reach_the_engine()
    {
        var generated = Compiled.From("""
            [Alias("a")] public interface IA : IGrainWithStringKey
            {
                [OneWay] Task One();
                [ReadOnly, AlwaysInterleave, ResponseTimeout("00:00:05"), Alias("two")] Task Two(CancellationToken ct);
                [Id(3)] Task Three();
            }
            """).Generated;

        Assert.Contains("\"a\", \"One\"", generated, StringComparison.Ordinal);
        Assert.Contains("InvokeOptions.OneWay, null", generated, StringComparison.Ordinal);
        Assert.Contains("\"Two\", \"two\", ", generated, StringComparison.Ordinal);
        Assert.Contains("InvokeOptions.ReadOnly | global::Orleans.Bundled.InvokeOptions.AlwaysInterleave | global::Orleans.Bundled.InvokeOptions.Cancellable, \"00:00:05\"", generated, StringComparison.Ordinal);
        Assert.Contains("\"Three\", \"3\", ", generated, StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_does_not_change_what_a_method_is_called_on_the_wire()
    {
        static string Id(string parameters)
        {
            var generated = Compiled.From($"public interface IA : IGrainWithStringKey {{ Task Get({parameters}); }}").Generated;
            var at = generated.IndexOf("\"Get\", \"", StringComparison.Ordinal) + 8;
            return generated[at..(at + 8)];
        }

        Assert.Equal(Id("int a"), Id("int renamed, CancellationToken ct"));
        Assert.NotEqual(Id("int a"), Id("long a"));
    }

    [Theory]
    [InlineData("public class UserGrain : Grain, IA { }", "\"user\"")]
    [InlineData("public class Grain : Orleans.Grain, IA { }", "\"grain\"")]
    [InlineData("public class Counters : Orleans.Grain, IA { }", "\"counters\"")]
    [InlineData("public class PairGrain<T, U> : Orleans.Grain, IA { }", "\"pair`2\"")]
    [InlineData("[GrainType(\"named\")] public class C : Orleans.Grain, IA { }", "\"named\"")]
    public void A_grain_class_is_named_by_convention_or_by_attribute(string source, string name) =>
        Assert.Contains(name, Compiled.From("public interface IA : IGrainWithStringKey { } " + source).Generated, StringComparison.Ordinal);

    [Fact]
    public void Immutable_arguments_are_not_copied()
    {
        var generated = Compiled.From("""
            [GenerateSerializer, Immutable] public record Fixed([property: Id(0)] List<int> Values);
            public interface IA : IGrainWithStringKey { Task Get(Fixed a, string b, [Immutable] byte[] c, Immutable<List<int>> d, (int, Guid?) e, Fixed? f, DayOfWeek g); }
            """).Generated;

        Assert.DoesNotContain("CopyRoot", generated, StringComparison.Ordinal);
        Assert.DoesNotContain("CopyContext.Rent", generated, StringComparison.Ordinal);
    }

    [Fact]
    public void An_edit_elsewhere_generates_nothing_anew()
    {
        const string Source = "using Orleans; using System.Threading.Tasks; public interface IA : IGrainWithStringKey { Task Get(int[] a); } [GenerateSerializer] public record R(int A);";
        var first = Compiled.From(Source, usings: false);

        var again = first.Driver.RunGenerators(Compiled.Compile(Source + " public class Unrelated { }")).GetRunResult();

        var outputs = again.Results[0].TrackedOutputSteps.SelectMany(s => s.Value).SelectMany(s => s.Outputs);
        Assert.All(outputs, output => Assert.Contains(output.Reason, new[] { IncrementalStepRunReason.Cached, IncrementalStepRunReason.Unchanged }));
    }
}
