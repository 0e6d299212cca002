using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Collections.Specialized;
using System.Globalization;
using System.Net;
using System.Numerics;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>Copiers of the types that need no annotation.</summary>
internal static class BuiltInCopiers
{
    private static readonly HashSet<Type> s_immutable =
    [
        typeof(bool), typeof(char), typeof(byte), typeof(sbyte), typeof(short), typeof(ushort), typeof(int), typeof(uint),
        typeof(long), typeof(ulong), typeof(nint), typeof(nuint), typeof(float), typeof(double), typeof(decimal), typeof(Half),
        typeof(Int128), typeof(UInt128), typeof(BigInteger), typeof(string), typeof(Guid), typeof(DateTime), typeof(DateTimeOffset),
        typeof(DateOnly), typeof(TimeOnly), typeof(TimeSpan), typeof(Uri), typeof(Version), typeof(CultureInfo), typeof(CompareInfo),
        typeof(BitVector32), typeof(IPAddress), typeof(CancellationToken), typeof(ValueTuple), typeof(DBNull), typeof(GrainId),
        typeof(GrainType), typeof(GrainInterfaceType), typeof(IdSpan), typeof(SiloAddress),
    ];

    private static readonly Dictionary<Type, Type> s_closed = new()
    {
        [typeof(IPEndPoint)] = typeof(IPEndPointCopier),
        [typeof(BitArray)] = typeof(BitArrayCopier),
        [typeof(ArrayList)] = typeof(ArrayListCopier),
        [typeof(NameValueCollection)] = typeof(NameValueCollectionCopier),
    };

    private static readonly Dictionary<Type, Type> s_open = new()
    {
        [typeof(Nullable<>)] = typeof(NullableCopier<>),
        [typeof(Immutable<>)] = typeof(ImmutableCopier<>),
        [typeof(List<>)] = typeof(ListCopier<>),
        [typeof(Dictionary<,>)] = typeof(DictionaryCopier<,>),
        [typeof(HashSet<>)] = typeof(HashSetCopier<>),
        [typeof(SortedList<,>)] = typeof(SortedListCopier<,>),
        [typeof(SortedDictionary<,>)] = typeof(SortedDictionaryCopier<,>),
        [typeof(SortedSet<>)] = typeof(SortedSetCopier<>),
        [typeof(Queue<>)] = typeof(QueueCopier<>),
        [typeof(Stack<>)] = typeof(StackCopier<>),
        [typeof(Collection<>)] = typeof(CollectionCopier<>),
        [typeof(ReadOnlyCollection<>)] = typeof(ReadOnlyCollectionCopier<>),
        [typeof(ReadOnlyDictionary<,>)] = typeof(ReadOnlyDictionaryCopier<,>),
        [typeof(ConcurrentDictionary<,>)] = typeof(ConcurrentDictionaryCopier<,>),
        [typeof(ConcurrentQueue<>)] = typeof(ConcurrentQueueCopier<>),
        [typeof(ImmutableArray<>)] = typeof(ImmutableArrayCopier<>),
        [typeof(ImmutableList<>)] = typeof(ImmutableListCopier<>),
        [typeof(ImmutableHashSet<>)] = typeof(ImmutableHashSetCopier<>),
        [typeof(ImmutableSortedSet<>)] = typeof(ImmutableSortedSetCopier<>),
        [typeof(ImmutableQueue<>)] = typeof(ImmutableQueueCopier<>),
        [typeof(ImmutableStack<>)] = typeof(ImmutableStackCopier<>),
        [typeof(ImmutableDictionary<,>)] = typeof(ImmutableDictionaryCopier<,>),
        [typeof(ImmutableSortedDictionary<,>)] = typeof(ImmutableSortedDictionaryCopier<,>),
        [typeof(FrozenSet<>)] = typeof(FrozenSetCopier<>),
        [typeof(FrozenDictionary<,>)] = typeof(FrozenDictionaryCopier<,>),
        [typeof(ArraySegment<>)] = typeof(ArraySegmentCopier<>),
        [typeof(Memory<>)] = typeof(MemoryCopier<>),
        [typeof(ReadOnlyMemory<>)] = typeof(ReadOnlyMemoryCopier<>),
        [typeof(KeyValuePair<,>)] = typeof(KeyValuePairCopier<,>),
        [typeof(ValueTuple<>)] = typeof(ValueTupleCopier<>),
        [typeof(ValueTuple<,>)] = typeof(ValueTupleCopier<,>),
        [typeof(ValueTuple<,,>)] = typeof(ValueTupleCopier<,,>),
        [typeof(ValueTuple<,,,>)] = typeof(ValueTupleCopier<,,,>),
        [typeof(ValueTuple<,,,,>)] = typeof(ValueTupleCopier<,,,,>),
        [typeof(ValueTuple<,,,,,>)] = typeof(ValueTupleCopier<,,,,,>),
        [typeof(ValueTuple<,,,,,,>)] = typeof(ValueTupleCopier<,,,,,,>),
        [typeof(ValueTuple<,,,,,,,>)] = typeof(ValueTupleCopier<,,,,,,,>),
        [typeof(Tuple<>)] = typeof(TupleCopier<>),
        [typeof(Tuple<,>)] = typeof(TupleCopier<,>),
        [typeof(Tuple<,,>)] = typeof(TupleCopier<,,>),
        [typeof(Tuple<,,,>)] = typeof(TupleCopier<,,,>),
        [typeof(Tuple<,,,,>)] = typeof(TupleCopier<,,,,>),
        [typeof(Tuple<,,,,,>)] = typeof(TupleCopier<,,,,,>),
        [typeof(Tuple<,,,,,,>)] = typeof(TupleCopier<,,,,,,>),
        [typeof(Tuple<,,,,,,,>)] = typeof(TupleCopier<,,,,,,,>),
    };

    public static Copier? Create(Type type)
    {
        if (type.IsByRefLike || type.IsPointer || type.ContainsGenericParameters) return null;
        if (IsByReference(type)) return Make(typeof(ImmutableCopier<>), type);
        if (typeof(IAddressable).IsAssignableFrom(type)) return Make(typeof(ReferenceCopier<>), type);
        if (s_closed.TryGetValue(type, out var closed)) return (Copier)Activator.CreateInstance(closed)!;
        if (type.IsArray) return CreateArray(type);
        if (BuiltInShape(type) is { } shape) return Make(typeof(ListLikeCopier<,>), type, shape);
        var known = FrozenBase(type) ?? type;
        if (known.IsGenericType && s_open.TryGetValue(known.GetGenericTypeDefinition(), out var open))
            return Make(open, open == typeof(ImmutableCopier<>) ? [known] : known.GetGenericArguments());
        var abstractOrOpen = type.IsInterface || type.IsAbstract || (type is { IsClass: true, IsSealed: false } && !IsDelegate(type));
        return abstractOrOpen ? Make(typeof(PolymorphicCopier<>), type) : null;
    }

    /// <summary>The frozen collections are abstract; what is met at run time is one of their private subclasses.</summary>
    internal static Type? FrozenBase(Type type)
    {
        if (type.Assembly != typeof(FrozenSet<>).Assembly) return null;
        for (var at = type.BaseType; at is { IsGenericType: true }; at = at.BaseType)
            if (at.GetGenericTypeDefinition() is var open && (open == typeof(FrozenSet<>) || open == typeof(FrozenDictionary<,>))) return at;
        return null;
    }

    internal static bool IsByReference(Type type) =>
        s_immutable.Contains(type) || type.IsEnum || typeof(Type).IsAssignableFrom(type) || typeof(Exception).IsAssignableFrom(type)
        || typeof(CultureInfo).IsAssignableFrom(type) || typeof(Uri).IsAssignableFrom(type) || typeof(IPAddress).IsAssignableFrom(type);

    internal static bool IsDelegate(Type type) => typeof(Delegate).IsAssignableFrom(type);

    /// <summary>The element type of the read-only lists that the compiler makes for collection expressions.</summary>
    internal static Type? BuiltInShape(Type type) =>
        type.IsGenericType && type.Name.StartsWith("<>z__ReadOnly", StringComparison.Ordinal) ? type.GetGenericArguments()[0] : null;

    private static Copier CreateArray(Type type)
    {
        var element = type.GetElementType()!;
        return type.IsSZArray ? Make(typeof(ArrayCopier<>), element) : Make(typeof(MultiDimensionalArrayCopier<,>), type, element);
    }

    private static Copier Make(Type open, params Type[] arguments) =>
        (Copier)Activator.CreateInstance(open.MakeGenericType(arguments), nonPublic: true)!;
}
