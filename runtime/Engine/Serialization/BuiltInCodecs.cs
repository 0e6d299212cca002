using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Collections.Specialized;
using System.Net;
using Orleans.Concurrency;
using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.Bundled;

/// <summary>Codecs of the types that need no annotation.</summary>
internal static class BuiltInCodecs
{
    private static readonly Dictionary<Type, Type> s_closed = new()
    {
        [typeof(byte[])] = typeof(ByteArrayCodec),
        [typeof(IPEndPoint)] = typeof(IPEndPointCodec),
        [typeof(BitArray)] = typeof(BitArrayCodec),
        [typeof(ArrayList)] = typeof(ArrayListCodec),
        [typeof(NameValueCollection)] = typeof(NameValueCollectionCodec),
        [typeof(AggregateException)] = typeof(AggregateExceptionCodec),
        [typeof(InconsistentStateException)] = typeof(InconsistentStateExceptionCodec),
    };

    private static readonly Dictionary<Type, Type> s_open = new()
    {
        [typeof(Nullable<>)] = typeof(NullableCodec<>),
        [typeof(Immutable<>)] = typeof(ImmutableCodec<>),
        [typeof(List<>)] = typeof(ListCodec<>),
        [typeof(Dictionary<,>)] = typeof(DictionaryCodec<,>),
        [typeof(HashSet<>)] = typeof(HashSetCodec<>),
        [typeof(SortedList<,>)] = typeof(SortedListCodec<,>),
        [typeof(SortedDictionary<,>)] = typeof(SortedDictionaryCodec<,>),
        [typeof(SortedSet<>)] = typeof(SortedSetCodec<>),
        [typeof(Queue<>)] = typeof(QueueCodec<>),
        [typeof(Stack<>)] = typeof(StackCodec<>),
        [typeof(Collection<>)] = typeof(CollectionCodec<>),
        [typeof(ReadOnlyCollection<>)] = typeof(ReadOnlyCollectionCodec<>),
        [typeof(ReadOnlyDictionary<,>)] = typeof(ReadOnlyDictionaryCodec<,>),
        [typeof(ConcurrentDictionary<,>)] = typeof(ConcurrentDictionaryCodec<,>),
        [typeof(ConcurrentQueue<>)] = typeof(ConcurrentQueueCodec<>),
        [typeof(ImmutableArray<>)] = typeof(ImmutableArrayCodec<>),
        [typeof(ImmutableList<>)] = typeof(ImmutableListCodec<>),
        [typeof(ImmutableHashSet<>)] = typeof(ImmutableHashSetCodec<>),
        [typeof(ImmutableSortedSet<>)] = typeof(ImmutableSortedSetCodec<>),
        [typeof(ImmutableQueue<>)] = typeof(ImmutableQueueCodec<>),
        [typeof(ImmutableStack<>)] = typeof(ImmutableStackCodec<>),
        [typeof(ImmutableDictionary<,>)] = typeof(ImmutableDictionaryCodec<,>),
        [typeof(ImmutableSortedDictionary<,>)] = typeof(ImmutableSortedDictionaryCodec<,>),
        [typeof(FrozenSet<>)] = typeof(FrozenSetCodec<>),
        [typeof(FrozenDictionary<,>)] = typeof(FrozenDictionaryCodec<,>),
        [typeof(ArraySegment<>)] = typeof(ArraySegmentCodec<>),
        [typeof(Memory<>)] = typeof(MemoryCodec<>),
        [typeof(ReadOnlyMemory<>)] = typeof(ReadOnlyMemoryCodec<>),
        [typeof(KeyValuePair<,>)] = typeof(KeyValuePairCodec<,>),
        [typeof(ValueTuple<>)] = typeof(ValueTupleCodec<>),
        [typeof(ValueTuple<,>)] = typeof(ValueTupleCodec<,>),
        [typeof(ValueTuple<,,>)] = typeof(ValueTupleCodec<,,>),
        [typeof(ValueTuple<,,,>)] = typeof(ValueTupleCodec<,,,>),
        [typeof(ValueTuple<,,,,>)] = typeof(ValueTupleCodec<,,,,>),
        [typeof(ValueTuple<,,,,,>)] = typeof(ValueTupleCodec<,,,,,>),
        [typeof(ValueTuple<,,,,,,>)] = typeof(ValueTupleCodec<,,,,,,>),
        [typeof(ValueTuple<,,,,,,,>)] = typeof(ValueTupleCodec<,,,,,,,>),
        [typeof(Tuple<>)] = typeof(TupleCodec<>),
        [typeof(Tuple<,>)] = typeof(TupleCodec<,>),
        [typeof(Tuple<,,>)] = typeof(TupleCodec<,,>),
        [typeof(Tuple<,,,>)] = typeof(TupleCodec<,,,>),
        [typeof(Tuple<,,,,>)] = typeof(TupleCodec<,,,,>),
        [typeof(Tuple<,,,,,>)] = typeof(TupleCodec<,,,,,>),
        [typeof(Tuple<,,,,,,>)] = typeof(TupleCodec<,,,,,,>),
        [typeof(Tuple<,,,,,,,>)] = typeof(TupleCodec<,,,,,,,>),
    };

    public static Codec? Create(Type type)
    {
        if (type.IsByRefLike || type.IsPointer || type.ContainsGenericParameters) return null;
        if (ScalarCodecs.Create(type) is { } scalar) return scalar;
        if (s_closed.TryGetValue(type, out var closed)) return (Codec)Activator.CreateInstance(closed)!;
        if (typeof(GrainReference).IsAssignableFrom(type)) return new ReferenceCodec<GrainReference>();
        if (typeof(IAddressable).IsAssignableFrom(type)) return Make(typeof(ReferenceCodec<>), type);
        if (typeof(Exception).IsAssignableFrom(type)) return Make(typeof(ExceptionCodec<>), type);
        if (type.IsArray) return CreateArray(type);
        if (BuiltInCopiers.BuiltInShape(type) is { } element) return Make(typeof(ListLikeCodec<,>), type, element);
        var known = BuiltInCopiers.FrozenBase(type) ?? type;
        if (known.IsGenericType && s_open.TryGetValue(known.GetGenericTypeDefinition(), out var open)) return Make(open, known.GetGenericArguments());
        var openEnded = type.IsInterface || type.IsAbstract || (type is { IsClass: true, IsSealed: false } && !BuiltInCopiers.IsDelegate(type));
        return openEnded ? Make(typeof(PolymorphicCodec<>), type) : null;
    }

    private static Codec CreateArray(Type type)
    {
        var element = type.GetElementType()!;
        return type.IsSZArray ? Make(typeof(ArrayCodec<>), element) : Make(typeof(MultiDimensionalArrayCodec<,>), type, element);
    }

    private static Codec Make(Type open, params Type[] arguments) =>
        (Codec)Activator.CreateInstance(open.MakeGenericType(arguments), nonPublic: true)!;
}
