using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Orleans.Bundled.Generator;

/// <summary>Everything that one declaration gives: its generated source, its lines in the manifest, and what is wrong with it.</summary>
internal sealed record GeneratedUnit(
    string HintName, string? Source, EquatableArray<ManifestEntry> Entries, EquatableArray<DiagnosticInfo> Diagnostics);

/// <summary>One statement of the manifest. <see cref="Alias"/> must be unique in the assembly.</summary>
internal sealed record ManifestEntry(EntryKind Kind, string Statement, string? Alias, string TypeName, LocationInfo? Location);

internal enum EntryKind
{
    GrainInterface,
    GrainClass,
    SerializableType,
}

/// <summary>A diagnostic without the symbols and trees that would keep a compilation alive.</summary>
internal sealed record DiagnosticInfo(DiagnosticDescriptor Descriptor, LocationInfo? Location, EquatableArray<string> Arguments)
{
    public Diagnostic ToDiagnostic() =>
        Diagnostic.Create(Descriptor, Location?.ToLocation() ?? Microsoft.CodeAnalysis.Location.None, [.. Arguments]);
}

internal sealed record LocationInfo(string Path, TextSpan Span, LinePositionSpan Lines)
{
    public static LocationInfo? Of(ISymbol symbol) => Of(symbol.Locations.FirstOrDefault(l => l.IsInSource));

    public static LocationInfo? Of(Location? location) =>
        location?.SourceTree is { } tree ? new(tree.FilePath, location.SourceSpan, location.GetLineSpan().Span) : null;

    public Location ToLocation() => Location.Create(Path, Span, Lines);
}

/// <summary>Collects what is wrong while a declaration is read.</summary>
internal sealed class DiagnosticBag
{
    private readonly List<DiagnosticInfo> _found = [];

    public bool IsEmpty => _found.Count == 0;

    public void Add(DiagnosticDescriptor descriptor, ISymbol at, params string[] arguments) =>
        _found.Add(new(descriptor, LocationInfo.Of(at), new([.. arguments])));

    public EquatableArray<DiagnosticInfo> ToArray() => new([.. _found]);
}
