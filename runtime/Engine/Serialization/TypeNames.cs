using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Collections.Specialized;
using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orleans.Concurrency;
using Orleans.Runtime;
using Orleans.Serialization;

namespace Orleans.Bundled;

/// <summary>
/// The names of types on the wire: aliases, else full names with their assembly; arguments of generic types in brackets; arrays
/// with their rank. A name gives a type only when a manifest or this list has it: bytes cannot bring other types into being.
/// </summary>
internal static class TypeNames
{
    private const int DepthMax = 16;
    private const int LengthMax = 4096;
    private const int ResolvedMax = 10_000;

    private static readonly Dictionary<string, Type> s_builtIn = new(StringComparer.Ordinal)
    {
        ["object"] = typeof(object), ["bool"] = typeof(bool), ["char"] = typeof(char), ["byte"] = typeof(byte), ["sbyte"] = typeof(sbyte),
        ["short"] = typeof(short), ["ushort"] = typeof(ushort), ["int"] = typeof(int), ["uint"] = typeof(uint), ["long"] = typeof(long),
        ["ulong"] = typeof(ulong), ["nint"] = typeof(nint), ["nuint"] = typeof(nuint), ["float"] = typeof(float), ["double"] = typeof(double),
        ["decimal"] = typeof(decimal), ["string"] = typeof(string), ["Half"] = typeof(Half), ["Int128"] = typeof(Int128),
        ["UInt128"] = typeof(UInt128), ["BigInteger"] = typeof(BigInteger), ["Guid"] = typeof(Guid), ["DateTime"] = typeof(DateTime),
        ["DateTimeOffset"] = typeof(DateTimeOffset), ["DateOnly"] = typeof(DateOnly), ["TimeOnly"] = typeof(TimeOnly),
        ["TimeSpan"] = typeof(TimeSpan), ["Uri"] = typeof(Uri), ["Version"] = typeof(Version), ["Type"] = typeof(Type),
        ["CultureInfo"] = typeof(CultureInfo), ["CompareInfo"] = typeof(CompareInfo), ["BitVector32"] = typeof(BitVector32),
        ["BitArray"] = typeof(BitArray), ["IPAddress"] = typeof(IPAddress), ["IPEndPoint"] = typeof(IPEndPoint),
        ["ArrayList"] = typeof(ArrayList), ["NameValueCollection"] = typeof(NameValueCollection), ["DBNull"] = typeof(DBNull),
        ["GrainId"] = typeof(GrainId), ["GrainType"] = typeof(GrainType), ["GrainInterfaceType"] = typeof(GrainInterfaceType),
        ["IdSpan"] = typeof(IdSpan), ["SiloAddress"] = typeof(SiloAddress), ["GrainReference"] = typeof(GrainReference),
        ["ValueTuple"] = typeof(ValueTuple), ["JsonNode"] = typeof(JsonNode), ["JsonElement"] = typeof(JsonElement),
        ["JsonDocument"] = typeof(JsonDocument),
    };

    private static readonly Type[] s_openBuiltIn =
    [
        typeof(Nullable<>), typeof(Immutable<>), typeof(List<>), typeof(Dictionary<,>), typeof(HashSet<>), typeof(SortedList<,>),
        typeof(SortedDictionary<,>), typeof(SortedSet<>), typeof(Queue<>), typeof(Stack<>), typeof(Collection<>),
        typeof(ReadOnlyCollection<>), typeof(ReadOnlyDictionary<,>), typeof(ConcurrentDictionary<,>), typeof(ConcurrentQueue<>),
        typeof(ImmutableArray<>), typeof(ImmutableList<>), typeof(ImmutableHashSet<>), typeof(ImmutableSortedSet<>), typeof(ImmutableQueue<>),
        typeof(ImmutableStack<>), typeof(ImmutableDictionary<,>), typeof(ImmutableSortedDictionary<,>), typeof(FrozenSet<>),
        typeof(FrozenDictionary<,>), typeof(ArraySegment<>), typeof(Memory<>), typeof(ReadOnlyMemory<>), typeof(KeyValuePair<,>),
        typeof(ValueTuple<>), typeof(ValueTuple<,>), typeof(ValueTuple<,,>), typeof(ValueTuple<,,,>), typeof(ValueTuple<,,,,>),
        typeof(ValueTuple<,,,,,>), typeof(ValueTuple<,,,,,,>), typeof(ValueTuple<,,,,,,,>), typeof(Tuple<>), typeof(Tuple<,>), typeof(Tuple<,,>),
        typeof(Tuple<,,,>), typeof(Tuple<,,,,>), typeof(Tuple<,,,,,>), typeof(Tuple<,,,,,,>), typeof(Tuple<,,,,,,,>),
        typeof(IEnumerable<>), typeof(ICollection<>), typeof(IList<>), typeof(IReadOnlyCollection<>), typeof(IReadOnlyList<>), typeof(ISet<>),
        typeof(IReadOnlySet<>), typeof(IDictionary<,>), typeof(IReadOnlyDictionary<,>), typeof(IImmutableList<>), typeof(IImmutableSet<>),
        typeof(IImmutableDictionary<,>), typeof(IImmutableQueue<>), typeof(IImmutableStack<>),
    ];

    private static readonly Dictionary<Type, string> s_builtInNames = s_builtIn.ToDictionary(p => p.Value, p => p.Key);
    private static readonly ConcurrentDictionary<Type, string> s_names = new();
    private static readonly ConcurrentDictionary<string, Type> s_resolved = new(StringComparer.Ordinal);

    static TypeNames()
    {
        foreach (var open in s_openBuiltIn)
        {
            s_builtIn.Add(open.Name, open);
            s_builtInNames.Add(open, open.Name);
        }
    }

    /// <summary>The name of a type that can be serialized.</summary>
    public static string NameOf(Type type) => s_names.GetOrAdd(type, static type =>
    {
        TypeManifests.EnsureLoaded(type);
        var name = new StringBuilder();
        Append(name, type);
        return name.ToString();
    });

    /// <summary>The type of that name; null when neither a manifest nor this engine has it.</summary>
    public static Type? Resolve(string name, ExceptionSerializationOptions exceptions)
    {
        if (s_resolved.TryGetValue(name, out var known)) return known;
        if (name.Length > LengthMax) throw WireReader.Malformed("the name of a type that is too long");
        var type = IsException(name) ? ResolveException(name[1..], exceptions) : new Parser(name).Parse();
        // What bytes can make of the known generic types has no end; what is kept of it has.
        if (type is not null && !IsException(name) && s_resolved.Count < ResolvedMax) s_resolved[name] = type;
        return type;
    }

    /// <summary>Exceptions are marked: one of an unknown type is still read as an exception.</summary>
    public static bool IsException(string name) => name.StartsWith('!');

    private static void Append(StringBuilder name, Type type)
    {
        if (type.IsArray)
        {
            Append(name, type.GetElementType()!);
            name.Append('[').Append(',', type.GetArrayRank() - 1).Append(']');
            return;
        }

        var definition = type.IsConstructedGenericType ? type.GetGenericTypeDefinition() : type;
        if (typeof(Exception).IsAssignableFrom(type)) name.Append('!').Append(TypeManifests.NameOf(definition) ?? FullName(definition));
        else name.Append(s_builtInNames.GetValueOrDefault(definition) ?? TypeManifests.NameOf(definition)
            ?? (ForeignTypes.Supports(type) ? FullName(definition) : throw Codecs.NotFound(type)));
        if (!type.IsConstructedGenericType) return;
        name.Append('<');
        var arguments = type.GetGenericArguments();
        for (var i = 0; i < arguments.Length; i++)
        {
            if (i > 0) name.Append('|');
            Append(name, arguments[i]);
        }

        name.Append('>');
    }

    private static string FullName(Type type) => $"{type.FullName},{type.Assembly.GetName().Name}";

    private static Type? Named(string name)
    {
        if (s_builtIn.TryGetValue(name, out var type) || (type = TypeManifests.TypeNamed(name)) is not null) return type;
        TypeManifests.LoadAll();
        return TypeManifests.TypeNamed(name) ?? ForeignTypes.Find(name);
    }

    /// <summary>An exception of the framework needs no manifest; its assembly must have been loaded by the program itself.</summary>
    private static Type? ResolveException(string name, ExceptionSerializationOptions exceptions)
    {
        if (new Parser(name).Parse() is { } known) return typeof(Exception).IsAssignableFrom(known) ? known : null;
        var comma = name.LastIndexOf(',');
        if (comma < 0) return null;
        var (fullName, assemblyName) = (name[..comma], name[(comma + 1)..]);
        foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies())
        {
            if (assembly.IsDynamic || assembly.GetName().Name != assemblyName) continue;
            var type = assembly.GetType(fullName, throwOnError: false);
            if (type is { ContainsGenericParameters: false } && typeof(Exception).IsAssignableFrom(type) && exceptions.Allows(type)) return type;
        }

        return null;
    }

    private ref struct Parser(string text)
    {
        private int _at;

        public Type? Parse()
        {
            var type = Type(0);
            return _at == text.Length ? type : null;
        }

        private Type? Type(int depth)
        {
            if (depth > DepthMax) throw WireReader.Malformed("the name of a type that is too deep");
            if (depth > 0 && _at < text.Length && text[_at] == '!') _at++;
            var start = _at;
            while (_at < text.Length && text[_at] is not ('<' or '>' or '|' or '[')) _at++;
            var type = Named(text[start.._at]);
            var arguments = new List<Type?>();
            if (Take('<'))
            {
                do arguments.Add(Type(depth + 1));
                while (Take('|'));
                if (!Take('>')) return null;
            }

            type = Close(type, arguments);
            while (Take('['))
            {
                var rank = 1;
                while (Take(',')) rank++;
                if (!Take(']') || rank > 32 || ++depth > DepthMax) return null;
                type = type is null || type == typeof(void) ? null : rank == 1 ? type.MakeArrayType() : type.MakeArrayType(rank);
            }

            return type;
        }

        private static Type? Close(Type? type, List<Type?> arguments)
        {
            if (type is null || arguments.Contains(null)) return null;
            if (!type.IsGenericTypeDefinition) return arguments.Count == 0 ? type : null;
            if (type.GetGenericArguments().Length != arguments.Count) return null;
            try
            {
                var closed = type.MakeGenericType([.. arguments!]);
                return s_builtInNames.ContainsKey(type) || TypeManifests.NameOf(type) is not null || ForeignTypes.Supports(closed) ? closed : null;
            }
            catch (ArgumentException)
            {
                return null;
            }
        }

        private bool Take(char c)
        {
            if (_at >= text.Length || text[_at] != c) return false;
            _at++;
            return true;
        }
    }
}
