namespace Orleans.Bundled.Generator.Tests;

/// <summary>One object stays one object, and two stay two, in bytes and in copies.</summary>
public sealed class IdentityTests
{
    public static TheoryData<string> Ways => ["bytes", "copy"];

    [Theory]
    [MemberData(nameof(Ways))]
    public void An_object_that_occurs_twice_stays_one(string way)
    {
        var shared = new Node { Value = 1 };
        var graph = Send(new Node { Next = shared, Any = shared, Children = [shared, new Node { Value = 1 }] }, way);

        Assert.NotSame(shared, graph.Next);
        Assert.Same(graph.Next, graph.Any);
        Assert.Same(graph.Next, graph.Children![0]);
        Assert.NotSame(graph.Next, graph.Children[1]);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Cycles_end(string way)
    {
        var ring = new Node { Value = 1, Next = new Node { Value = 2 } };
        ring.Next.Next = ring;
        ring.Children = [ring];
        ring.Any = ring.Children;
        var list = new List<object>();
        list.Add(list);
        var array = new object[1];
        array[0] = array;

        var back = Send(ring, way);

        Assert.Same(back, back.Next!.Next);
        Assert.Same(back, back.Children![0]);
        Assert.Same(back.Any, back.Children);
        Assert.Same(Send(list, way) is var same ? same : null, same[0]);
        Assert.Same(Send(array, way) is var items ? items : null, items[0]);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Many_shared_objects_are_found_again(string way)
    {
        var nodes = Enumerable.Range(0, 5000).Select(i => new Node { Value = i }).ToList();
        var twice = nodes.Concat(nodes.AsEnumerable().Reverse()).ToArray();

        var back = Send(twice, way);

        for (var i = 0; i < nodes.Count; i++) Assert.Same(back[i], back[^(i + 1)]);
        Assert.Equal(5000, back.Distinct(ReferenceEqualityComparer.Instance).Count());
    }

    [Fact]
    public void A_copy_shares_nothing_that_can_change()
    {
        var letter = new Letter("hello", 1, ["a"]);

        var copy = Bytes.Copier.Copy(letter);
        letter.Tags!.Add("b");

        Assert.NotSame(letter, copy);
        Assert.Same(letter.Text, copy.Text);
        Assert.Equal(["a"], copy.Tags!);
    }

    [Fact]
    public void What_is_promised_immutable_goes_by_reference()
    {
        var stone = new Stone([1]);
        var mixed = new WithImmutableMember { Shared = [1], Own = [1] };

        var copy = Bytes.Copier.Copy(mixed);

        Assert.Same(stone, Bytes.Copier.Copy(stone));
        Assert.Same(stone, Bytes.Copier.Copy<object>(stone));
        Assert.Same(mixed.Shared, copy.Shared);
        Assert.NotSame(mixed.Own, copy.Own);
        Assert.NotSame(stone, Bytes.RoundTrip(stone));
    }

    [Fact]
    public void A_struct_is_copied_to_its_depth()
    {
        var value = new Sealed("a", [1]);
        var pair = new Pair<int[], string>([1], "b");

        Assert.NotSame(value.Numbers, Bytes.Copier.Copy(value).Numbers);
        Assert.NotSame(pair.Left, Bytes.Copier.Copy(pair).Left);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_long_chain_arrives_or_is_refused_but_never_ends_the_process(string way)
    {
        var short_ = Chain(500);
        var endless = Chain(1_000_000);

        Assert.Equal(500, Length(Send(short_, way)));
        var refused = Record.Exception(() => Send(endless, way));
        Assert.True(refused is SerializerException or InsufficientExecutionStackException, $"{refused?.GetType()}");
    }

    private static Node Chain(int length)
    {
        var first = new Node();
        var last = first;
        for (var i = 1; i < length; i++) last = last.Next = new Node();
        return first;
    }

    private static int Length(Node? node)
    {
        var length = 0;
        for (; node is not null; node = node.Next) length++;
        return length;
    }

    private static T Send<T>(T value, string way)
        where T : notnull => way == "bytes" ? Bytes.RoundTrip(value) : Bytes.Copier.Copy(value);
}
