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

namespace Orleans.Bundled.Generator.Tests;

/// <summary>What goes in comes out, from bytes and from copies alike.</summary>
public sealed class RoundTripTests
{
    public static TheoryData<object?> Values => new()
    {
        true, 'x', (byte)200, (sbyte)-100, (short)-30000, (ushort)60000, int.MinValue, uint.MaxValue, long.MinValue, ulong.MaxValue,
        (nint)(-5), (nuint)5, 1.5f, float.NaN, -0.0, double.MaxValue, 123.4500m, decimal.MinValue, (Half)1.5, Int128.MinValue, UInt128.MaxValue,
        BigInteger.Parse("-123456789012345678901234567890", CultureInfo.InvariantCulture), "", "text", "𝄞 🙂 e\u0301 \0", Guid.NewGuid(),
        new DateTime(2026, 11, 20, 1, 2, 3, DateTimeKind.Utc), new DateTime(1, DateTimeKind.Local), DateTime.MaxValue, DateTimeOffset.MinValue,
        new DateTimeOffset(2026, 11, 20, 1, 2, 3, TimeSpan.FromMinutes(-330)), new DateOnly(2026, 11, 20), new TimeOnly(23, 59, 59), TimeSpan.MinValue,
        new Uri("https://example.org/a?b#c"), new Uri("/relative", UriKind.Relative), new Version(1, 2, 3, 4), CultureInfo.InvariantCulture,
        new BitVector32(-7), IPAddress.Parse("fe80::1"), new IPEndPoint(IPAddress.Parse("10.0.0.1"), 80), typeof(List<Letter>), typeof(int[]), DBNull.Value,
        Size.Small, Size.Large, GrainId.Create("user", "alice"), GrainType.Create("user"), IdSpan.Create("key"),
        new[] { 1, 2, 3 }, Array.Empty<string>(), new byte[] { 0, 255 }, new[,] { { 1, 2, 3 }, { 4, 5, 6 } }, new string?[] { "a", null }, new int[][] { [1], [], [2, 3] },
        new object?[] { 1, "two", null, 3.0, new[] { 4 } },
        new List<int> { 1, 2 }, new List<string?> { null, "" }, new Dictionary<string, int> { ["a"] = 1, [""] = 2 }, new HashSet<int> { 3, 1 },
        new SortedList<int, string> { [2] = "b", [1] = "a" }, new SortedDictionary<int, string> { [2] = "b", [1] = "a" }, new SortedSet<string> { "b", "a" },
        new Queue<int>([1, 2, 3]), new Stack<int>([1, 2, 3]), new Collection<int> { 1 }, new ReadOnlyCollection<int>([1, 2]),
        new ReadOnlyDictionary<int, int>(new Dictionary<int, int> { [1] = 2 }), new ConcurrentDictionary<string, int>([new("a", 1)]), new ConcurrentQueue<int>([1, 2]),
        new ArrayList { 1, "two", null }, ImmutableArray.Create(1, 2), ImmutableList.Create("a"), ImmutableHashSet.Create(1), ImmutableSortedSet.Create(2, 1),
        ImmutableQueue.Create(1, 2), ImmutableStack.Create(1, 2), ImmutableDictionary<int, int>.Empty.Add(1, 2), ImmutableSortedDictionary<int, int>.Empty.Add(2, 1).Add(1, 2),
        new[] { 1, 2 }.ToFrozenSet(), new Dictionary<string, int> { ["a"] = 1 }.ToFrozenDictionary(),
        Tuple.Create(1), Tuple.Create(1, "b", 3, 4, 5, 6, 7, 8), ValueTuple.Create(), (1, "b"), (1, 2, 3, 4, 5, 6, 7, 8, 9), new KeyValuePair<string, int?>("a", null),
        new Letter("hello", 3, ["a", "b"]), new Letter(null, 0, null), new Positional("a", 1, [1]) { Note = "n" }, new Pair<int, string>(1, "b"),
        new Sealed("a", [1, 2]), new Celsius(36.6),
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void A_value_of_any_built_in_kind_comes_back_from_bytes(object? value) => AssertSame(value, Bytes.RoundTrip(value));

    [Theory]
    [MemberData(nameof(Values))]
    public void A_value_of_any_built_in_kind_can_be_copied(object? value) => AssertSame(value, Bytes.Copier.Copy(value));

    [Fact]
    public void Statically_typed_values_come_back_too()
    {
        Assert.Equal([1, 2, 3], Bytes.RoundTrip<IReadOnlyList<int>>([1, 2, 3]));
        Assert.Equal([7], Bytes.RoundTrip<IEnumerable<int>>([7]));
        Assert.Equal([1, 2], Bytes.Copier.Copy<IReadOnlyList<int>>([1, 2])!);
        Assert.Equal(new byte[] { 1, 2 }, Bytes.RoundTrip<ReadOnlyMemory<byte>>(new byte[] { 1, 2 }).ToArray());
        Assert.Equal([2, 3], Bytes.RoundTrip(new ArraySegment<int>([1, 2, 3], 1, 2)));
        Assert.Null(Bytes.RoundTrip<int?>(null));
        Assert.Equal(5, Bytes.RoundTrip<int?>(5));
        Assert.Equal("x", Bytes.RoundTrip(new Immutable<string>("x")).Value);
        Assert.True(Bytes.RoundTrip(default(ImmutableArray<int>)).IsDefault);
        Assert.Equal(["1=a", "1=b"], Pairs(Bytes.RoundTrip(new NameValueCollection { { "1", "a" }, { "1", "b" } })));
        Assert.Equal([true, false, true], Bytes.RoundTrip(new BitArray([true, false, true])).Cast<bool>());
        Assert.IsType<object>(Bytes.RoundTrip(new object()));
    }

    [Fact]
    public void Null_and_empty_stay_apart()
    {
        var letter = Bytes.RoundTrip(new Letter("", 0, []));

        Assert.Equal("", letter.Text);
        Assert.Empty(letter.Tags!);
        Assert.Null(Bytes.RoundTrip(new Letter(null, 0, null)).Tags);
        Assert.Null(Bytes.RoundTrip<string?>(null));
    }

    [Fact]
    public void Text_with_lone_surrogates_comes_back_char_by_char()
    {
        foreach (var text in new[] { "\ud83d", "\ude42 \ud83d\ude42 \ud83d", new string('\udfff', 100) }) Assert.Equal(text, Bytes.RoundTrip(text));
    }

    [Fact]
    public void Private_get_only_init_and_required_members_come_back()
    {
        var strict = new Strict("text") { Kind = "k", Scratch = "lost", Cached = 5 };
        strict.Numbers.Add(4);
        var box = new Box<string>();
        box.Put("a");
        box.Put("b");

        foreach (var back in new[] { Bytes.RoundTrip(strict), Bytes.Copier.Copy(strict) })
        {
            Assert.Equal(("k", "text", null, 0), (back.Kind, back.Text, back.Scratch, back.Cached));
            Assert.Equal([4], back.Numbers);
        }

        Assert.Equal(["a"], Bytes.RoundTrip(box).History);
        Assert.Equal(["a"], Bytes.Copier.Copy(box).History);
    }

    [Fact]
    public void The_run_time_type_and_every_level_of_it_come_back()
    {
        Animal dog = new Dog { Name = "Rex", Legs = 4, Barks = true }.With(new Animal { Name = "Tom", Legs = 3 });

        foreach (var back in new[] { Bytes.RoundTrip(dog), Bytes.Copier.Copy(dog) })
        {
            var same = Assert.IsType<Dog>(back);
            Assert.Equal(("Rex", 4, true), (same.Name, same.Legs, same.Barks));
            Assert.Equal(("Tom", 3), (same.Friends![0].Name, same.Friends[0].Legs));
        }
    }

    [Fact]
    public void Comparers_come_back()
    {
        var words = Bytes.RoundTrip(new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase) { ["A"] = 1 });
        var set = Bytes.RoundTrip(new HashSet<string>(StringComparer.OrdinalIgnoreCase));
        var frozen = Bytes.Copier.Copy(new[] { "A" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase));

        Assert.Equal(1, words["a"]);
        Assert.True(set.Add("x"));
        Assert.False(set.Add("X"));
        Assert.Contains("a", (IReadOnlySet<string>)frozen!);
    }

    [Fact]
    public void A_foreign_class_travels_as_its_surrogate()
    {
        Assert.Equal("hi", Bytes.RoundTrip(new Foreign("hi")).Text);
        Assert.Equal("hi", Bytes.Copier.Copy(new Foreign("hi")).Text);
        Assert.Equal(36.6, Bytes.RoundTrip(new Celsius(36.6)).Degrees);
    }

    [Fact]
    public void A_class_derived_from_a_foreign_one_brings_the_foreign_part()
    {
        var adopted = new Adopted { Age = 3 };
        adopted.Become("found");

        foreach (var back in new[] { Bytes.RoundTrip(adopted), Bytes.Copier.Copy(adopted) }) Assert.Equal(("found", 3), (back.Text, back.Age));
    }

    [Fact]
    public void Nobody_serializes_what_nobody_annotated()
    {
        Assert.Throws<CodecNotFoundException>(() => Bytes.Serializer.SerializeToArray(new Stranger()));
        Assert.Throws<CodecNotFoundException>(() => Bytes.Serializer.SerializeToArray<object>(new List<Stranger> { new() }));
        Assert.Throws<CodecNotFoundException>(() => Bytes.Serializer.SerializeToArray<object>(DayOfWeek.Friday));
        Assert.Equal(DayOfWeek.Friday, Bytes.RoundTrip(DayOfWeek.Friday));
        Assert.Throws<CodecNotFoundException>(() => Bytes.Copier.Copy(new Stranger()));
        Assert.Throws<CodecNotFoundException>(() => Bytes.Copier.Copy<object>(new LinkedList<int>()));
        Assert.Throws<CodecNotFoundException>(() => Bytes.Copier.Copy<Action>(() => { }));
        Assert.Throws<CodecNotFoundException>(() => Bytes.Copier.Copy<Stream>(new MemoryStream()));
    }

    private static IEnumerable<string> Pairs(NameValueCollection values) =>
        from key in values.AllKeys from value in values.GetValues(key)! select key + "=" + value;

    private static void AssertSame(object? expected, object? actual)
    {
        if (expected is Letter letter)
        {
            var other = Assert.IsType<Letter>(actual);
            Assert.Equal((letter.Text, letter.Number), (other.Text, other.Number));
            Assert.Equal(letter.Tags, other.Tags);
            return;
        }

        Assert.Equal(expected?.GetType(), actual?.GetType());
        if (expected is not (Positional or Sealed)) Assert.Equal(expected, actual);
    }
}
