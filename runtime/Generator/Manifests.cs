using Microsoft.CodeAnalysis;

namespace Orleans.Bundled.Generator;

internal sealed record ManifestModel(string AssemblyName, EquatableArray<ManifestEntry> Entries);

/// <summary>Writes the two manifests of an assembly: of what can be called, and of what can be copied and serialized.</summary>
internal static class Manifests
{
    public static void Write(SourceProductionContext output, ManifestModel model)
    {
        if (model.Entries.Items.IsEmpty) return;
        ReportClashes(output, model);

        var suffix = Names.Hash(model.AssemblyName);
        var calls = model.Entries.Where(e => e.Kind != EntryKind.SerializableType).ToList();
        var types = model.Entries.Where(e => e.Kind == EntryKind.SerializableType).ToList();
        var source = new SourceWriter();
        if (calls.Count > 0) source.Line($"[assembly: {Names.Bundled}GrainManifestAttribute(typeof(global::{Names.Namespace}.GrainManifest_{suffix}))]");
        if (types.Count > 0) source.Line($"[assembly: {Names.Bundled}TypeManifestAttribute(typeof(global::{Names.Namespace}.TypeManifest_{suffix}))]");
        source.Open("namespace " + Names.Namespace);
        if (calls.Count > 0) WriteClass(source, $"GrainManifest_{suffix} : {Names.Bundled}GrainManifest", Names.Bundled + "ManifestBuilder", calls);
        if (types.Count > 0) WriteClass(source, $"TypeManifest_{suffix} : {Names.Bundled}TypeManifest", Names.Bundled + "TypeManifestBuilder", types);
        source.Close();
        output.AddSource("Manifest.g.cs", source.ToString());
    }

    private static void WriteClass(SourceWriter source, string head, string builder, List<ManifestEntry> entries)
    {
        source.Open("internal sealed class " + head);
        source.Open($"public override void Populate({builder} builder)");
        foreach (var entry in entries) source.Line(entry.Statement);
        source.Close();
        source.Close();
    }

    private static void ReportClashes(SourceProductionContext output, ManifestModel model)
    {
        var aliased = model.Entries.Where(e => e.Alias is not null)
            .GroupBy(e => (e.Kind, e.Alias), e => e)
            .Where(g => g.Select(e => e.TypeName).Distinct().Count() > 1);
        foreach (var clash in aliased)
        {
            var ordered = clash.OrderBy(e => e.TypeName, StringComparer.Ordinal).ToList();
            foreach (var later in ordered.Skip(1))
                output.ReportDiagnostic(Diagnostic.Create(
                    Diagnostics.AliasClash, later.Location?.ToLocation() ?? Location.None, clash.Key.Alias, ordered[0].TypeName));
        }
    }
}
