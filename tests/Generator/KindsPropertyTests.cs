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
using FsCheck;
using FsCheck.Fluent;
using Orleans.Runtime;

namespace Orleans.Bundled.Generator.Tests;

/// <summary>For any content: each kind that needs no annotation comes back from bytes and from copies, with its type and order.</summary>
public sealed class KindsPropertyTests
{
    // What each kind holds is made of some numbers and some texts.
    private static readonly (string Kind, Func<int[], string?[], object?> Make)[] s_kinds =
    [
        ("array", (n, _) => n), ("array of texts", (_, t) => t), ("jagged", (n, _) => n.Select(i => new[] { i, i }).ToArray()),
        ("array of two dimensions", (n, _) => Square(n)), ("bytes", (n, _) => n.Select(i => (byte)i).ToArray()),
        ("segment", (n, _) => new ArraySegment<int>(n, n.Length / 3, n.Length / 2)), ("list", (_, t) => t.ToList()),
        ("dictionary", (n, t) => Pairs(n, t).ToDictionary()), ("hash set", (n, _) => n.ToHashSet()),
        ("sorted list", (n, t) => new SortedList<int, string?>(Pairs(n, t).ToDictionary())),
        ("sorted dictionary", (n, t) => new SortedDictionary<int, string?>(Pairs(n, t).ToDictionary())), ("sorted set", (n, _) => new SortedSet<int>(n)),
        ("queue", (n, _) => new Queue<int>(n)), ("stack", (n, _) => new Stack<int>(n)), ("collection", (_, t) => new Collection<string?>(t)),
        ("read-only collection", (_, t) => new ReadOnlyCollection<string?>(t)), ("read-only dictionary", (n, t) => new ReadOnlyDictionary<int, string?>(Pairs(n, t).ToDictionary())),
        ("concurrent dictionary", (n, t) => new ConcurrentDictionary<int, string?>(Pairs(n, t))), ("concurrent queue", (_, t) => new ConcurrentQueue<string?>(t)),
        ("array list", (n, t) => new ArrayList(n.Cast<object?>().Concat(t).ToArray())),
        ("name value collection", (_, t) => Names(t)), ("bit array", (n, _) => new BitArray(n)),
        ("immutable array", (n, _) => n.ToImmutableArray()), ("immutable list", (_, t) => t.ToImmutableList()), ("immutable hash set", (n, _) => n.ToImmutableHashSet()),
        ("immutable sorted set", (n, _) => n.ToImmutableSortedSet()), ("immutable queue", (n, _) => ImmutableQueue.CreateRange(n)),
        ("immutable stack", (n, _) => ImmutableStack.CreateRange(n)), ("immutable dictionary", (n, t) => Pairs(n, t).ToImmutableDictionary()),
        ("immutable sorted dictionary", (n, t) => Pairs(n, t).ToImmutableSortedDictionary()), ("frozen set", (n, _) => n.ToFrozenSet()),
        ("frozen dictionary", (n, t) => Pairs(n, t).ToFrozenDictionary()), ("tuple", (n, t) => Tuple.Create(n.FirstOrDefault(), t.FirstOrDefault(), n.Length)),
        ("value tuple", (n, t) => (n.Sum(i => (long)i), t.FirstOrDefault(), n.Length, 4, 5, 6, 7, 8, t.Length)),
        ("pair", (n, t) => new KeyValuePair<int, string?>(n.FirstOrDefault(), t.FirstOrDefault())),
        ("list of lists", (n, t) => t.Select(text => n.Select(i => new KeyValuePair<int, string?>(i, text)).ToList()).ToList()),
        ("integers of all sizes", (n, _) => n.Select(object (i) => (i % 7) switch
        {
            0 => (sbyte)i, 1 => (byte)i, 2 => (short)i, 3 => (ushort)i, 4 => (uint)i, 5 => (long)i * i, _ => (ulong)i,
        }).ToArray()),
        ("large integers", (n, _) => n.Select(object (i) => (i % 4) switch
        {
            0 => (Int128)i * long.MaxValue, 1 => (UInt128)(uint)i * ulong.MaxValue, 2 => BigInteger.Pow(i, 20), _ => (nint)i,
        }).ToArray()),
        ("fractions", (n, _) => n.Select(object (i) => (i % 4) switch { 0 => (Half)i, 1 => i / 3f, 2 => i / 3d, _ => i / 3m }).ToArray()),
        ("identities", (n, t) => n.Select(object (i) => (i % 4) switch
        {
            0 => GrainId.Create("user", i.ToString(CultureInfo.InvariantCulture)),
            1 => GrainType.Create($"type{i}"),
            2 => IdSpan.Create($"key{t.Length}"),
            _ => SiloAddress.New(new IPEndPoint(IPAddress.Loopback, (i & 0x7FFF) + 1), i & 0xFFFF),
        }).ToArray()),
        ("addresses", (n, _) => n.Select(object (i) => (i % 3) switch
        {
            0 => new IPAddress((uint)i), 1 => new IPEndPoint(new IPAddress((uint)i), i & 0xFFFF), _ => new Uri($"https://example.org/{i}?q={i}"),
        }).ToArray()),
        ("others", (n, _) => n.Select(object (i) => (i % 5) switch
        {
            0 => new Version(i & 0xFF, 1), 1 => new BitVector32(i), 2 => new Rune((uint)i & 0x7F).ToString(), 3 => (Size)(i & 1), _ => TimeSpan.FromTicks(i),
        }).ToArray()),
    ];

    public static TheoryData<string> Kinds => [.. s_kinds.Select(kind => kind.Kind)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_kind_with_any_content_comes_back(string kind)
    {
        var make = s_kinds.Single(k => k.Kind == kind).Make;
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll<int[], string?[]>((numbers, texts) =>
        {
            var value = make(numbers, texts);
            var expected = Text(value);
            return Text(Bytes.RoundTrip(value)) == expected && Text(Bytes.Copier.Copy(value)) == expected;
        }));
    }

    [Fact]
    public void Any_tree_of_objects_comes_back() => Check.One(Config.QuickThrowOnFailure, Prop.ForAll<int[], string?[]>((numbers, texts) =>
    {
        var random = new System.Random(numbers.Length * 31 + texts.Length);
        var value = Tree(random, numbers, texts, 4);
        var expected = Text(value);
        return Text(Bytes.RoundTrip(value)) == expected && Text(Bytes.Copier.Copy(value)) == expected;
    }));

    [Fact]
    public void Any_graph_keeps_its_shape() => Check.One(Config.QuickThrowOnFailure, Prop.ForAll<(int From, int To)[]>(edges =>
    {
        var nodes = Enumerable.Range(0, 8).Select(i => new Node { Value = i, Children = [] }).ToArray();
        foreach (var (from, to) in edges) nodes[from & 7].Children!.Add(nodes[to & 7]);
        nodes[0].Any = nodes;
        return Shape(nodes[0]) == Shape(Bytes.RoundTrip(nodes[0])) && Shape(nodes[0]) == Shape(Bytes.Copier.Copy(nodes[0]));
    }));

    [Fact]
    public void Any_value_that_fits_may_change_its_width() => Check.One(Config.QuickThrowOnFailure, Prop.ForAll<long>(value =>
        Width<long, int>(value) && Width<long, short>(value) && Width<long, sbyte>(value) && Width<int, long>((int)value) && Width<short, int>((short)value)
        && Width<ulong, uint>((ulong)value) && Width<ulong, byte>((ulong)value) && Width<ushort, ulong>((ushort)value)));

    [Fact]
    public void Any_damage_is_a_value_or_a_refusal() => Check.One(Config.QuickThrowOnFailure, Prop.ForAll<int[], string?[], (byte At, byte To)[]>((numbers, texts, damage) =>
    {
        foreach (var (_, make) in s_kinds)
        {
            var bytes = Bytes.Serializer.SerializeToArray(make(numbers, texts));
            foreach (var (at, to) in damage) bytes[at % bytes.Length] = to;
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Bytes.Serializer.Deserialize<object?>(bytes.AsSpan(0, Math.Max(1, bytes.Length - damage.Length)));
            }
            catch (SerializerException)
            {
                // One of the two outcomes that are allowed.
            }

            if (GC.GetAllocatedBytesForCurrentThread() - before > 4_000_000 + (bytes.Length * 200L)) return false;
        }

        return true;
    }));

    private static bool Width<TFrom, TTo>(TFrom value)
        where TFrom : IBinaryInteger<TFrom>
        where TTo : IBinaryInteger<TTo>
    {
        var bytes = Bytes.Serializer.SerializeToArray(value);
        var fits = TFrom.CreateTruncating(TTo.CreateTruncating(value)) == value && TTo.IsNegative(TTo.CreateTruncating(value)) == TFrom.IsNegative(value);
        try
        {
            return Bytes.Serializer.Deserialize<TTo>(bytes) == TTo.CreateTruncating(value) && fits;
        }
        catch (SerializerException)
        {
            return !fits;
        }
    }

    private static object? Tree(System.Random random, int[] numbers, string?[] texts, int depth) => random.Next(depth == 0 ? 3 : 8) switch
    {
        0 => numbers.Length == 0 ? null : numbers[random.Next(numbers.Length)],
        1 => texts.Length == 0 ? 1.5m : texts[random.Next(texts.Length)],
        2 => Guid.Parse("0d9d1f5e-7b1c-4c11-8f3b-6e8a6c1f1a11"),
        3 => new List<object?> { Tree(random, numbers, texts, depth - 1), Tree(random, numbers, texts, depth - 1) },
        4 => new Dictionary<string, object?> { ["a"] = Tree(random, numbers, texts, depth - 1), ["b"] = null },
        5 => new object?[] { Tree(random, numbers, texts, depth - 1) },
        6 => new Pair<object?, List<int>>(Tree(random, numbers, texts, depth - 1), [.. numbers]),
        _ => new Letter(texts.FirstOrDefault(), numbers.Length, [.. texts.OfType<string>()]),
    };

    // Types and content, in order; what has no order of its own is sorted.
    private static string Text(object? value) => value switch
    {
        null => "null",
        string text => $"'{text}'",
        Letter letter => $"Letter({letter.Text}, {letter.Number}, {Text(letter.Tags)})",
        Pair<object?, List<int>> pair => $"Pair({Text(pair.Left)}, {Text(pair.Right)})",
        NameValueCollection names => string.Join(";", names.AllKeys.Select(key => $"{key}={string.Join("|", names.GetValues(key) ?? [])}")),
        IDictionary dictionary => $"{value.GetType().Name}[{Sorted(dictionary.Keys.Cast<object>().Select(key => $"{Text(key)}:{Text(dictionary[key])}"))}]",
        HashSet<int> or ImmutableHashSet<int> or FrozenSet<int> => $"{value.GetType().Name}[{Sorted(((IEnumerable)value).Cast<object?>().Select(Text))}]",
        Array { Rank: 2 } square => $"{square.GetLength(0)}x{square.GetLength(1)}[{string.Join(",", square.Cast<object?>().Select(Text))}]",
        BitArray bits => $"{bits.Length}:{string.Concat(bits.Cast<bool>().Select(bit => bit ? 1 : 0))}",
        IEnumerable many => $"{value.GetType()}[{string.Join(",", many.Cast<object?>().Select(Text))}]",
        IFormattable number => $"{value.GetType().Name} {number.ToString("", CultureInfo.InvariantCulture)}",
        _ => $"{value.GetType().Name} {value}",
    };

    private static string Sorted(IEnumerable<string> items) => string.Join(",", items.Order(StringComparer.Ordinal));

    private static string Shape(Node root)
    {
        var seen = new Dictionary<Node, int>(ReferenceEqualityComparer.Instance);
        return Visit(root);

        string Visit(Node node)
        {
            if (seen.TryGetValue(node, out var number)) return $"#{number}";
            seen.Add(node, seen.Count);
            var any = node.Any is Node[] nodes ? string.Join(",", nodes.Select(Visit)) : "";
            return $"{node.Value}({string.Join(",", node.Children!.Select(Visit))}){any}";
        }
    }

    private static IEnumerable<KeyValuePair<int, string?>> Pairs(int[] numbers, string?[] texts) =>
        numbers.Distinct().Select((number, i) => KeyValuePair.Create(number, texts.Length == 0 ? null : texts[i % texts.Length]));

    private static int[,] Square(int[] numbers)
    {
        var square = new int[numbers.Length, 2];
        for (var i = 0; i < numbers.Length; i++) (square[i, 0], square[i, 1]) = (numbers[i], -numbers[i]);
        return square;
    }

    private static NameValueCollection Names(string?[] texts)
    {
        var names = new NameValueCollection();
        foreach (var text in texts) names.Add(text?.Length.ToString(CultureInfo.InvariantCulture) ?? "none", text ?? "");
        return names;
    }
}
