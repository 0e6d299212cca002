using System.Reflection;
using Orleans.Placement;
using Orleans.Runtime;
using Orleans.Serialization;

namespace Orleans.Bundled;

/// <summary>Where the calls of a grain class go.</summary>
internal enum GrainPlace : byte
{
    /// <summary>To the silo that the view gives the grain to.</summary>
    Owned = 0,

    /// <summary>To any silo.</summary>
    Anywhere = 1,

    /// <summary>To the silo that the key names.</summary>
    SiloOfKey = 2,
}

/// <summary>A grain class of the cluster as clients know it.</summary>
internal sealed record GrainTypeName(GrainClassName Class, GrainPlace Place, string[] Interfaces);

/// <summary>The grain classes of a cluster as gateways send them to clients, which need not have the classes themselves.</summary>
internal static class GrainTypesForm
{
    private const int ClassesMax = 100_000;
    private const int InterfacesMax = 10_000;

    public static void Send(Connection connection, GrainClassMap classes, ExceptionSerializationOptions exceptions)
    {
        var manifest = GrainAssemblies.Manifest.Interfaces;
        var writer = Frame.Begin(FrameKind.GrainTypes, FrameFlags.None, 0, exceptions);
        var entries = classes.Entries.ToArray();
        writer.VarInt((ulong)entries.Length);
        foreach (var entry in entries)
        {
            writer.Text(entry.GrainType);
            writer.Text(entry.GrainClass.FullName!);
            writer.Text(entry.GrainClass.Name);
            writer.Byte(entry.GrainClass.IsGenericTypeDefinition ? (byte)1 : (byte)0);
            writer.Byte((byte)PlaceOf(entry.GrainClass));
            var names = GrainClassMap.InterfacesOf(entry.GrainClass)
                .Select(i => manifest.GetValueOrDefault(i)?.InterfaceName).OfType<string>().Distinct().ToArray();
            writer.VarInt((ulong)names.Length);
            foreach (var name in names) writer.Text(name);
        }

        connection.SendFrame(Frame.End(writer));
        writer.Return();
    }

    public static List<GrainTypeName> Read(WireReader reader)
    {
        var count = Count(reader, ClassesMax);
        var classes = new List<GrainTypeName>();
        for (var i = 0; i < count; i++)
        {
            var (grainType, fullName, name) = (reader.Text(), reader.Text(), reader.Text());
            var isGeneric = reader.Byte() != 0;
            var place = (GrainPlace)reader.Byte();
            var interfaces = new List<string>();
            var interfaceCount = Count(reader, InterfacesMax);
            for (var j = 0; j < interfaceCount; j++) interfaces.Add(reader.Text());
            classes.Add(new GrainTypeName(new GrainClassName(grainType, fullName, name, isGeneric), place, [.. interfaces]));
        }

        return classes;
    }

    private static int Count(WireReader reader, int max)
    {
        var count = reader.VarInt();
        return count <= (ulong)max ? (int)count : throw WireReader.Malformed($"a list of {count} elements");
    }

    private static GrainPlace PlaceOf(Type grainClass) =>
        grainClass.GetCustomAttribute<PlacementAttribute>(inherit: true)?.PlacementStrategy switch
        {
            StatelessWorkerPlacement => GrainPlace.Anywhere,
            SiloKeyPlacement => GrainPlace.SiloOfKey,
            _ => GrainPlace.Owned,
        };
}
