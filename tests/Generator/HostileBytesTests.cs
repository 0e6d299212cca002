using System.Text;

namespace Orleans.Bundled.Generator.Tests;

/// <summary>Bytes from elsewhere can be refused, but can neither exhaust the process nor choose what it creates.</summary>
public sealed class HostileBytesTests
{
    private static readonly byte[] s_valid = Bytes.Serializer.SerializeToArray(Graph());

    [Fact]
    public void Truncated_bytes_are_refused_at_every_length()
    {
        for (var length = 0; length < s_valid.Length; length++)
        {
            var cut = s_valid.AsSpan(0, length).ToArray();
            Assert.Throws<SerializerException>(() => Bytes.Serializer.Deserialize<Node>(cut));
        }
    }

    [Fact]
    public void Bytes_after_the_value_are_refused() =>
        Assert.Throws<SerializerException>(() => Bytes.Serializer.Deserialize<Node>([.. s_valid, 0]));

    [Fact]
    public void Damaged_bytes_give_a_value_or_a_refusal_in_bounded_memory()
    {
        var random = new Random(20_261_120);
        for (var round = 0; round < 20_000; round++)
        {
            var damaged = s_valid.ToArray();
            for (var hits = random.Next(1, 6); hits > 0; hits--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            ReadBounded<Node>(damaged);
        }
    }

    [Fact]
    public void Random_bytes_give_a_value_or_a_refusal_in_bounded_memory()
    {
        var random = new Random(4711);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = new byte[random.Next(1, 64)];
            random.NextBytes(bytes);
            bytes[0] = (byte)random.Next(8);
            ReadBounded<object>(bytes);
            ReadBounded<Dictionary<string, int[]>>(bytes);
            ReadBounded<int[,]>(bytes);
        }
    }

    [Theory]
    [InlineData(1UL << 40)]
    [InlineData(int.MaxValue)]
    [InlineData(1_000_000)]
    public void An_announced_count_reserves_nothing(ulong count)
    {
        byte[] bytes = [4, 0, 0, .. VarInt(count), 0x17, 0];

        ReadBounded<long[]>(bytes);
        ReadBounded<List<long>>(bytes);
        ReadBounded<Dictionary<int, int>>(bytes);
        ReadBounded<HashSet<string>>(bytes);
        Assert.Throws<SerializerException>(() => Bytes.Serializer.Deserialize<long[]>(bytes));
    }

    [Fact]
    public void Arrays_inside_arrays_cannot_each_announce_all_that_is_left()
    {
        // Each array announces as many elements as bytes are left, and its first element is the next such array.
        var bytes = new List<byte>();
        for (var depth = 0; depth < 2000; depth++) bytes.AddRange([(byte)(depth == 0 ? 4 : 0x14), 0, 0, .. VarInt(10_000)]);
        bytes.AddRange(new byte[20_000]);

        ReadBounded<object[][][][][][][][]>([.. bytes]);
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        var bytes = new List<byte>();
        for (var depth = 0; depth < 200_000; depth++) bytes.AddRange([(byte)(depth == 0 ? 4 : 0x0C), 0]);

        Assert.Throws<SerializerException>(() => Bytes.Serializer.Deserialize<Node>([.. bytes]));
    }

    [Theory]
    [InlineData("System.Diagnostics.Process,System.Diagnostics.Process")]
    [InlineData("Orleans.Bundled.Generator.Tests.Stranger,Orleans.Bundled.Generator.Tests")]
    [InlineData("List`1<System.IO.FileStream,System.Private.CoreLib>")]
    [InlineData("List`1")]
    [InlineData("List`1<int|int>")]
    [InlineData("tests.box`1<")]
    [InlineData("int[][")]
    [InlineData("")]
    public void Only_types_of_the_manifests_come_into_being(string name) =>
        Assert.Throws<SerializerException>(() => Bytes.Serializer.Deserialize<object>(EmptyObject(name)));

    [Theory]
    [InlineData("!System.IO.FileInfo,System.Private.CoreLib")]
    [InlineData("!Strangers.StrangeException,Orleans.Bundled.Generator.Tests")]
    [InlineData("!int")]
    public void What_calls_itself_an_exception_but_is_not_known_as_one_becomes_the_fallback(string name)
    {
        Assert.IsType<UnavailableExceptionFallbackException>(Bytes.Serializer.Deserialize<object>(EmptyObject(name)));
        Assert.Throws<SerializerException>(() => Bytes.Serializer.Deserialize<Node>(EmptyObject(name)));
    }

    [Fact]
    public void A_type_that_does_not_fit_is_refused()
    {
        var letter = Bytes.Serializer.SerializeToArray<object>(new Letter("x", 1, null));

        Assert.Throws<SerializerException>(() => Bytes.Serializer.Deserialize<Animal>(letter));
        Assert.Throws<SerializerException>(() => Bytes.Serializer.Deserialize<IReadOnlyList<int>>(letter));
        Assert.Throws<SerializerException>(() => Bytes.Serializer.Deserialize<int>(letter));
        Assert.Throws<SerializerException>(() => Bytes.Serializer.Deserialize<List<int>>(Bytes.Serializer.SerializeToArray("text")));
    }

    [Fact]
    public void A_reference_to_itself_or_ahead_is_refused()
    {
        foreach (var target in new byte[] { 0, 1, 5, 100 })
            Assert.Throws<SerializerException>(() => Bytes.Serializer.Deserialize<Node>([5, target]));
    }

    private static void ReadBounded<T>(byte[] bytes)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            Bytes.Serializer.Deserialize<T>(bytes);
        }
        catch (SerializerException)
        {
            // One of the two outcomes that are allowed.
        }

        // The first read of a type builds its codecs, which does not depend on the bytes.
        var taken = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(taken < 2_000_000 + (bytes.Length * 200L), $"{taken} bytes taken for {bytes.Length}");
    }

    private static byte[] EmptyObject(string typeName)
    {
        var text = Encoding.UTF8.GetBytes(typeName);
        return [4, 1, .. VarInt((ulong)text.Length), .. text, 7];
    }

    private static byte[] VarInt(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        return [.. bytes, (byte)value];
    }

    private static Node Graph()
    {
        var leaf = new Node { Value = 3, Any = new Letter("text", 5, ["a", "b"]) };
        return new Node
        {
            Value = 300,
            Next = new Node { Any = new Dictionary<string, object> { ["x"] = 1.5, ["y"] = new[] { 1, 2 }, ["z"] = leaf } },
            Children = [leaf, leaf, new Node { Any = new Pair<Guid, DateTimeOffset>(Guid.Empty, DateTimeOffset.UnixEpoch) }],
        };
    }
}
