using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Orleans.Bundled.Generator.Tests;

/// <summary>A source as an application would compile it, with the generator.</summary>
internal sealed class Compiled
{
    private const string Usings = """
        using System; using System.Collections.Generic; using System.Threading; using System.Threading.Tasks;
        using Orleans; using Orleans.Concurrency; using Orleans.Runtime;

        """;

    private static readonly CSharpParseOptions s_parse = new(LanguageVersion.CSharp13);

    private static readonly ImmutableArray<MetadataReference> s_references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) != "Orleans.Bundled.Generator.Tests.dll")
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    private Compiled(GeneratorDriver driver, Compilation compilation, ImmutableArray<Diagnostic> reported, string source)
    {
        Driver = driver;
        Result = driver.GetRunResult();
        Reported = [.. reported.Select(d => d.Id).Order(StringComparer.Ordinal)];
        Problems = [.. compilation.GetDiagnostics().Where(d => d.Severity >= DiagnosticSeverity.Warning).Select(d => d.ToString())];
// Diagnostics of the pipeline hold a path and a span rather than a tree.
        At = [.. reported.Select(d => source.Substring(d.Location.SourceSpan.Start, d.Location.SourceSpan.Length))];
    }

    public GeneratorDriver Driver { get; }

    public GeneratorDriverRunResult Result { get; }

    /// <summary>What the generator refuses, by id.</summary>
    public IReadOnlyList<string> Reported { get; }

    /// <summary>Where, as the text in the source.</summary>
    public IReadOnlyList<string> At { get; }

    /// <summary>Errors and warnings of the compiler over source and generated source.</summary>
    public IReadOnlyList<string> Problems { get; }

    public string Generated => string.Join('\n', Result.GeneratedTrees.Select(t => t.ToString()));

    public static Compiled From(string source, bool usings = true)
    {
        var text = (usings ? Usings : "") + source;
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new GrainGenerator().AsSourceGenerator()],
            parseOptions: s_parse,
            driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
        driver = driver.RunGeneratorsAndUpdateCompilation(Compile(text), out var compilation, out var reported);
        return new(driver, compilation, reported, text);
    }

    public static CSharpCompilation Compile(string source) => CSharpCompilation.Create(
        "App",
        [CSharpSyntaxTree.ParseText(source, s_parse, "App.cs")],
        s_references,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, allowUnsafe: true));
}
