using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using System.Text;
using Orleans.Runtime;
using Orleans.Serialization;

namespace Orleans.Bundled;

/// <summary>How calls of one method on grains of one type become requests.</summary>
internal sealed record RequestRoute(GrainReferenceShared Shared, Func<Request> Create);

/// <summary>
/// The names of methods on the wire, and the requests that they become. A name is that of the proxy's interface and its type
/// arguments, the method's type arguments, the declaring interface, and the method's identity. Names and types come from the
/// manifests alone: bytes cannot bring other types into being.
/// </summary>
internal static class RequestNames
{
    private const char Separator = '\u001f';
    private const int ResolvedMax = 10_000;

    private static readonly ConcurrentDictionary<string, Resolved> s_resolved = new(StringComparer.Ordinal);
    private static readonly Lazy<Dictionary<string, Type>> s_interfaces = new(static () =>
    {
        var byName = new Dictionary<string, Type>(StringComparer.Ordinal);
        foreach (var entry in GrainAssemblies.Manifest.Interfaces.Values) byName[entry.InterfaceName] = entry.InterfaceType;
        return byName;
    });

    /// <summary>The name of the method that a request calls.</summary>
    public static byte[] NameOf(Request request) => request.MethodOf.WireName ??= MakeName(request);

    /// <summary>What a name means; null when no manifest of this process has it.</summary>
    public static Resolved? Resolve(string name)
    {
        if (s_resolved.TryGetValue(name, out var known)) return known;
        var resolved = Find(name);
        // What bytes can make of generic methods has no end; what is kept of it has.
        if (resolved is not null && s_resolved.Count < ResolvedMax) s_resolved[name] = resolved;
        return resolved;
    }

    /// <summary>A name for people.</summary>
    public static string Readable(string name)
    {
        var parts = name.Split(Separator);
        return parts.Length == 5 ? $"{parts[0]} (method {parts[4]} of {parts[3]})" : "of a malformed name";
    }

    private static byte[] MakeName(Request request)
    {
        var method = request.MethodOf;
        var contract = request.Reference.Shared.Interface;
        var definition = contract.IsConstructedGenericType ? contract.GetGenericTypeDefinition() : contract;
        var manifest = GrainAssemblies.Manifest.Interfaces;
        var entry = manifest.GetValueOrDefault(contract) ?? manifest[definition];
        var ofInterface = contract.IsConstructedGenericType ? Arguments(contract.GetGenericArguments()) : "";
        var ofMethod = method.IsGeneric ? Arguments(method.Method.GetGenericArguments()) : "";
        return Encoding.UTF8.GetBytes(string.Join(Separator, entry.InterfaceName, ofInterface, ofMethod, method.Contract, method.MethodId));
    }

    private static string Arguments(Type[] types) => string.Join('\u001e', types.Select(TypeNames.NameOf));

    private static Resolved? Find(string name)
    {
        var parts = name.Split(Separator);
        if (parts.Length != 5 || !s_interfaces.Value.TryGetValue(parts[0], out var contract)) return null;
        if (!GrainAssemblies.Manifest.Requests.TryGetValue(new RequestName(contract, parts[3], parts[4]), out var entry)) return null;
        if (entry.Create is { } create) return parts[1].Length + parts[2].Length == 0 ? new Resolved(contract, create) : null;
        return Types(parts[1]) is { } ofInterface && Types(parts[2]) is { } ofMethod ? Close(contract, entry.RequestType, ofInterface, ofMethod) : null;
    }

    private static Resolved? Close(Type contract, Type request, Type[] ofInterface, Type[] ofMethod)
    {
        if (request.GetGenericArguments().Length != ofInterface.Length + ofMethod.Length) return null;
        if (contract.IsGenericTypeDefinition != ofInterface.Length > 0) return null;
        try
        {
            if (ofInterface.Length > 0) contract = contract.MakeGenericType(ofInterface);
            var closed = request.MakeGenericType([.. ofInterface, .. ofMethod]);
            RuntimeHelpers.RunClassConstructor(closed.TypeHandle);
            return new Resolved(contract, Expression.Lambda<Func<Request>>(Expression.New(closed)).Compile());
        }
        catch (Exception exception) when (exception is ArgumentException or TypeLoadException)
        {
            // The arguments are not what the constraints of the interface or method ask for.
            return null;
        }
    }

    private static Type[]? Types(string names)
    {
        if (names.Length == 0) return [];
        var types = new List<Type>();
        foreach (var one in names.Split('\u001e'))
        {
            if (TypeNames.Resolve(one, ExceptionSerializationOptions.Default) is not { } type) return null;
            types.Add(type);
        }

        return [.. types];
    }

    /// <summary>The interface of the proxy, and what makes an empty request.</summary>
    internal sealed record Resolved(Type Interface, Func<Request> Create);
}

/// <summary>
/// The routes that the requests of one connection take, by the bytes that name them: a small cache in front of the resolution by
/// name. Used by the connection's reader alone.
/// </summary>
internal sealed class RequestRoutes(ReferenceFactory references)
{
    private const int Size = 256;

    private readonly Entry?[] _entries = new Entry?[Size];

    /// <summary>The route of that grain type and method; null when this process does not know the method.</summary>
    public RequestRoute? Find(ReadOnlySpan<byte> grainType, ReadOnlySpan<byte> method)
    {
        // The end of a method's name differs most.
        var hash = (method.Length * 31) + grainType.Length;
        for (var i = Math.Max(0, method.Length - 8); i < method.Length; i++) hash = (hash * 31) + method[i];
        for (var i = Math.Max(0, grainType.Length - 4); i < grainType.Length; i++) hash = (hash * 31) + grainType[i];
        ref var entry = ref _entries[(hash ^ (hash >> 8)) & (Size - 1)];
        if (entry is { } known && known.GrainType.AsSpan().SequenceEqual(grainType) && known.Method.AsSpan().SequenceEqual(method))
            return known.Route;
        if (Make(grainType, method) is not { } made) return null;
        entry = made;
        return made.Route;
    }

    private Entry? Make(ReadOnlySpan<byte> grainType, ReadOnlySpan<byte> method)
    {
        if (grainType.IsEmpty || RequestNames.Resolve(WireText.Decode(method)) is not { } resolved) return null;
        var type = grainType.ToArray();
        var shared = references.Shared(new GrainType(new IdSpan(type)), resolved.Interface);
        return new Entry(type, method.ToArray(), new RequestRoute(shared, resolved.Create));
    }

    private sealed record Entry(byte[] GrainType, byte[] Method, RequestRoute Route);
}
