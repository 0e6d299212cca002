using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Orleans.Bundled.Generator;

/// <summary>
/// Generates, for every assembly that declares them, what calls grains (proxies and requests), what copies and serializes the
/// values that cross calls, and the manifests by which the runtime finds all of it. Each declaration becomes text in one step;
/// the pipeline compares texts and holds no symbols.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class GrainGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var types = context.SyntaxProvider.ForAttributeWithMetadataName(
            "Orleans.GenerateSerializerAttribute",
            static (node, _) => node is BaseTypeDeclarationSyntax,
            static (found, _) => Guard((INamedTypeSymbol)found.TargetSymbol, SerializableTypes.Read));
        var converters = context.SyntaxProvider.ForAttributeWithMetadataName(
            "Orleans.RegisterConverterAttribute",
            static (node, _) => node is TypeDeclarationSyntax,
            static (found, _) => Guard((INamedTypeSymbol)found.TargetSymbol, SerializableTypes.ReadConverter));
        var interfaces = context.SyntaxProvider.CreateSyntaxProvider(
            static (node, _) => node is InterfaceDeclarationSyntax { BaseList: not null },
            static (found, cancellation) => FirstDeclaration(found, cancellation) is { } type ? Guard(type, GrainInterfaces.Read) : null);
        var classes = context.SyntaxProvider.CreateSyntaxProvider(
            static (node, _) => node is ClassDeclarationSyntax { BaseList: not null } or RecordDeclarationSyntax { BaseList: not null },
            static (found, cancellation) => FirstDeclaration(found, cancellation) is { } type ? Guard(type, GrainClasses.Read) : null);

        var units = new[] { types, converters, interfaces, classes };
        var entries = new List<IncrementalValueProvider<ImmutableArray<EquatableArray<ManifestEntry>>>>();
        foreach (var unit in units)
        {
            context.RegisterSourceOutput(unit, static (output, found) => Write(output, found));
            entries.Add(unit.Where(static found => found is { Entries.Items.Length: > 0 }).Select(static (found, _) => found!.Entries).Collect());
        }

        var manifest = entries[0].Combine(entries[1]).Combine(entries[2].Combine(entries[3]))
            .Combine(context.CompilationProvider.Select(static (compilation, _) => compilation.AssemblyName ?? ""))
            .Select(static (all, _) => new ManifestModel(
                all.Right,
                new([.. all.Left.Left.Left.Concat(all.Left.Left.Right).Concat(all.Left.Right.Left).Concat(all.Left.Right.Right)
                    .SelectMany(static e => e.Items)
                    .OrderBy(static e => e.Statement, StringComparer.Ordinal)])));
        context.RegisterSourceOutput(manifest, static (output, model) => Manifests.Write(output, model));
    }

    private static INamedTypeSymbol? FirstDeclaration(GeneratorSyntaxContext found, CancellationToken cancellation)
    {
        if (found.SemanticModel.GetDeclaredSymbol(found.Node, cancellation) is not INamedTypeSymbol type) return null;
        if (type.DeclaringSyntaxReferences.Length == 1) return type;
        var first = type.DeclaringSyntaxReferences
            .Select(r => r.GetSyntax(cancellation))
            .First(n => n is BaseTypeDeclarationSyntax { BaseList: not null });
        return first == found.Node ? type : null;
    }

    // A failure of the generator is an error at the declaration, rather than a warning without a place.
    private static GeneratedUnit? Guard(INamedTypeSymbol type, Func<INamedTypeSymbol, GeneratedUnit?> read)
    {
        try
        {
            return read(type);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            var problems = new DiagnosticBag();
            problems.Add(Diagnostics.Failure, type, type.ToDisplayString(), failure.GetType().Name + ": " + failure.Message);
            return new("", null, default, problems.ToArray());
        }
    }

    private static void Write(SourceProductionContext output, GeneratedUnit? unit)
    {
        if (unit is null) return;
        foreach (var problem in unit.Diagnostics) output.ReportDiagnostic(problem.ToDiagnostic());
        if (unit.Source is not null) output.AddSource(unit.HintName + ".g.cs", unit.Source);
    }
}
