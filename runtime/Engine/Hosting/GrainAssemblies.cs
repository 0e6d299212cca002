using System.Reflection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Orleans.Bundled;

/// <summary>The generated manifests of the process: of all loaded assemblies and of everything that they reference.</summary>
/// <remarks>An assembly that was built without the generator is not seen.</remarks>
internal static class GrainAssemblies
{
    private static readonly Lazy<ManifestBuilder> s_manifest = new(Load);

    public static ManifestBuilder Manifest => s_manifest.Value;

    private static ManifestBuilder Load()
    {
        var builder = new ManifestBuilder();
        foreach (var assembly in Closure())
        {
            // An alias that two assemblies claim fails the start of the silo rather than the first message.
            TypeManifests.EnsureLoaded(assembly);
            if (assembly.GetCustomAttribute<GrainManifestAttribute>() is { } attribute)
            {
                ((GrainManifest)Activator.CreateInstance(attribute.Manifest, nonPublic: true)!).Populate(builder);
            }
        }

        return builder;
    }

    private static HashSet<Assembly> Closure()
    {
        var seen = new HashSet<Assembly>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var pending = new Stack<Assembly>(AppDomain.CurrentDomain.GetAssemblies().Where(a => !a.IsDynamic));
        if (Assembly.GetEntryAssembly() is { } entry)
        {
            pending.Push(entry);
        }

        while (pending.TryPop(out var assembly))
        {
            if (!seen.Add(assembly))
            {
                continue;
            }

            foreach (var reference in assembly.GetReferencedAssemblies())
            {
                if (MayHoldGrains(reference.Name!) && names.Add(reference.Name!) && TryLoad(reference) is { } loaded)
                {
                    pending.Push(loaded);
                }
            }
        }

        return seen;
    }

    // The platform holds no grains, and walking it would load hundreds of assemblies at every start.
    private static bool MayHoldGrains(string name) =>
        !name.StartsWith("System.", StringComparison.Ordinal)
        && !name.StartsWith("Microsoft.", StringComparison.Ordinal)
        && name is not ("System" or "mscorlib" or "netstandard");

    private static Assembly? TryLoad(AssemblyName name)
    {
        try
        {
            return Assembly.Load(name);
        }
        catch (Exception exception) when (exception is FileNotFoundException or FileLoadException or BadImageFormatException)
        {
            // A reference that only building needed is absent at run time, and cannot hold grains then.
            return null;
        }
    }
}

/// <summary>Offers every grain class and interface of the process to the silo; an application may remove some.</summary>
internal sealed class LoadedGrainTypes : IConfigureOptions<GrainTypeOptions>
{
    public void Configure(GrainTypeOptions options)
    {
        options.Classes.UnionWith(GrainAssemblies.Manifest.Classes.Keys);
        options.Interfaces.UnionWith(GrainAssemblies.Manifest.Interfaces.Keys);
    }
}
