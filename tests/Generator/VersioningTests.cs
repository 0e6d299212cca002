namespace Orleans.Bundled.Generator.Tests;

/// <summary>Programs of two versions understand each other.</summary>
public sealed class VersioningTests
{
    [Fact]
    public void A_newer_reader_finds_defaults_where_the_writer_had_nothing()
    {
        var read = Bytes.Serializer.Deserialize<After>(Bytes.Serializer.SerializeToArray(new Before { Name = "alice", Count = 7 }));

        Assert.Equal(("alice", 7L, null, 0), (read.Title, read.Count, read.Added, read.Later));
    }

    [Fact]
    public void An_older_reader_skips_what_it_does_not_know()
    {
        var written = new After { Title = "alice", Count = 7, Added = [new Node { Value = 1, Next = new Node() }], Later = 5, Deep = new Letter("x", 1, ["y"]) };

        var read = Bytes.Serializer.Deserialize<Before>(Bytes.Serializer.SerializeToArray(written));

        Assert.Equal(("alice", (short)7), (read.Name, read.Count));
    }

    [Fact]
    public void A_number_may_widen_and_narrow_as_long_as_it_fits()
    {
        var large = Bytes.Serializer.SerializeToArray(new After { Count = short.MaxValue + 1L });

        Assert.Throws<SerializerException>(() => Bytes.Serializer.Deserialize<Before>(large));
        Assert.Equal(5, Bytes.Serializer.Deserialize<long>(Bytes.Serializer.SerializeToArray<sbyte>(5)));
        Assert.Equal(1.5, Bytes.Serializer.Deserialize<double>(Bytes.Serializer.SerializeToArray(1.5f)));
        Assert.Throws<SerializerException>(() => Bytes.Serializer.Deserialize<byte>(Bytes.Serializer.SerializeToArray(256u)));
    }

    [Fact]
    public void An_object_first_met_in_a_skipped_member_is_still_found()
    {
        var shared = new Letter("shared", 1, ["t"]);
        var written = new WithExtra { Extra = [shared, shared], Kept = shared, Again = shared };

        var read = Bytes.Serializer.Deserialize<WithoutExtra>(Bytes.Serializer.SerializeToArray(written));

        Assert.Equal("shared", read.Kept!.Text);
        Assert.Equal(["t"], read.Kept.Tags!);
        Assert.Same(read.Kept, read.Again);
    }

    [Fact]
    public void A_type_name_first_met_in_a_skipped_member_is_still_found()
    {
        var written = new WithExtra { Any = new Letter("one", 1, null), AnyKept = new Letter("two", 2, null) };

        var read = Bytes.Serializer.Deserialize<WithoutExtra>(Bytes.Serializer.SerializeToArray(written));

        Assert.Equal("two", Assert.IsType<Letter>(read.AnyKept).Text);
    }

    [Fact]
    public void Ids_start_anew_at_each_level()
    {
        var read = Bytes.Serializer.Deserialize<NewLeaf>(Bytes.Serializer.SerializeToArray(new OldLeaf { Own = "leaf", Base = "root" }));

        Assert.Equal(("root", "leaf", 0), (read.Base, read.Own, read.BaseAdded));
    }

    [Fact]
    public void Members_at_their_defaults_can_be_left_out()
    {
        var empty = Bytes.Serializer.SerializeToArray(new Sparse());
        var sparse = Bytes.RoundTrip(new Sparse { B = "b" });

        Assert.True(empty.Length <= 3, $"{empty.Length} bytes");
        Assert.Equal((0, "b", Guid.Empty), (sparse.A, sparse.B, sparse.C));
    }

    [Fact]
    public void An_alias_is_the_name_on_the_wire()
    {
        var text = System.Text.Encoding.UTF8.GetString(Bytes.Serializer.SerializeToArray<object>(new Letter("x", 1, null)));

        Assert.Contains("tests.letter", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Generator.Tests", text, StringComparison.Ordinal);
    }

    [GenerateSerializer]
    public sealed class Before
    {
        [Id(0)]
        public string? Name { get; set; }

        [Id(3)]
        public short Count { get; set; }
    }

    [GenerateSerializer]
    public sealed class After
    {
        [Id(0)]
        public string? Title { get; set; }

        [Id(1)]
        public List<Node>? Added { get; set; }

        [Id(2)]
        public object? Deep { get; set; }

        [Id(3)]
        public long Count { get; set; }

        [Id(40)]
        public int Later { get; set; }
    }

    [GenerateSerializer]
    public sealed class WithExtra
    {
        [Id(0)]
        public List<Letter>? Extra { get; set; }

        [Id(1)]
        public object? Any { get; set; }

        [Id(2)]
        public Letter? Kept { get; set; }

        [Id(3)]
        public Letter? Again { get; set; }

        [Id(4)]
        public object? AnyKept { get; set; }
    }

    [GenerateSerializer]
    public sealed class WithoutExtra
    {
        [Id(2)]
        public Letter? Kept { get; set; }

        [Id(3)]
        public Letter? Again { get; set; }

        [Id(4)]
        public object? AnyKept { get; set; }
    }

    [GenerateSerializer]
    public class OldRoot
    {
        [Id(0)]
        public string? Base { get; set; }
    }

    [GenerateSerializer]
    public sealed class OldLeaf : OldRoot
    {
        [Id(0)]
        public string? Own { get; set; }
    }

    [GenerateSerializer]
    public class NewRoot
    {
        [Id(0)]
        public string? Base { get; set; }

        [Id(1)]
        public int BaseAdded { get; set; }
    }

    [GenerateSerializer]
    public sealed class NewLeaf : NewRoot
    {
        [Id(0)]
        public string? Own { get; set; }
    }
}
