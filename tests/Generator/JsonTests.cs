using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Bundled.Generator.Tests.Plain;

namespace Orleans.Bundled.Generator.Tests
{
    /// <summary>Types that nobody annotated travel as JSON when the application says so of them.</summary>
    public sealed class JsonTests
    {
        private static readonly JsonSerializerOptions s_options = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };
        private static readonly Serializer s_serializer;

        static JsonTests()
        {
            // Met before anybody says that it travels as JSON.
            Assert.Throws<CodecNotFoundException>(() => Bytes.Serializer.SerializeToArray(new Late()));
            Assert.Throws<CodecNotFoundException>(() => Bytes.Copier.Copy(new Late()));
            var services = new ServiceCollection();
            services.AddSerializer(builder => builder.AddJsonSerializer(type => type.Namespace == typeof(Note).Namespace, s_options));
            s_serializer = services.BuildServiceProvider().GetRequiredService<Serializer>();
        }

        [Fact]
        public void A_class_a_record_a_struct_and_a_generic_one_come_back()
        {
            Assert.Equal("milk", RoundTrip(new Note { Text = "milk", Tags = { "a", "b" } }).Text);
            Assert.Equal(["a", "b"], RoundTrip(new Note { Tags = { "a", "b" } }).Tags);
            Assert.Equal(new Point(1, 2), RoundTrip(new Point(1, 2)));
            Assert.Equal(new Line(new Point(1, 2), "x"), RoundTrip(new Line(new Point(1, 2), "x")));
            Assert.Equal([3, 4], RoundTrip(new Several<int> { Items = [3, 4] }).Items!);
            Assert.Null(RoundTrip<Note?>(null));
            Assert.Equal("late", RoundTrip(new Late { Text = "late" }).Text);
        }

        [Fact]
        public void The_type_of_the_value_counts_whatever_it_is_declared_as()
        {
            Assert.Equal(7, Assert.IsType<Reminder>(RoundTrip<Note>(new Reminder { Text = "x", Hour = 7 })).Hour);
            Assert.Equal("x", Assert.IsType<Note>(RoundTrip<object>(new Note { Text = "x" })).Text);
            Assert.Equal([5], Assert.IsType<Several<int>>(RoundTrip<object>(new Several<int> { Items = [5] })).Items!);
            Assert.Equal(7, Assert.IsType<Reminder>(RoundTrip<INoted>(new Reminder { Hour = 7 })).Hour);
            Assert.Equal(new Point(1, 2), RoundTrip<object>(new Point(1, 2)));
        }

        [Fact]
        public void They_travel_inside_of_what_is_annotated_or_built_in()
        {
            var note = new Note { Text = "shared" };

            var back = RoundTrip(new List<object> { note, new Letter("l", 1, null), note });

            Assert.Equal("shared", Assert.IsType<Note>(back[0]).Text);
            Assert.Same(back[0], back[2]);
        }

        [Fact]
        public void A_copy_shares_nothing()
        {
            var note = new Note { Text = "mine", Tags = { "a" } };

            var copy = Bytes.Copier.Copy(new[] { note, note });
            note.Tags.Add("b");

            Assert.Equal(["a"], copy[0].Tags);
            Assert.Same(copy[0], copy[1]);
            Assert.Equal(7, Assert.IsType<Reminder>(Bytes.Copier.Copy<Note>(new Reminder { Hour = 7 })).Hour);
        }

        [Fact]
        public void The_json_types_of_the_framework_come_back()
        {
            var node = JsonNode.Parse("""{"a":[1,"two",null]}""")!;
            using var document = JsonDocument.Parse("[1,2]");

            Assert.True(JsonNode.DeepEquals(node, RoundTrip(node)));
            Assert.True(JsonNode.DeepEquals(node, RoundTrip<object>(node) as JsonNode));
            Assert.True(JsonNode.DeepEquals(node, RoundTrip((JsonObject)node)));
            Assert.True(JsonNode.DeepEquals(node["a"], Bytes.Copier.Copy(node["a"])));
            Assert.Equal(5, RoundTrip<object>(JsonValue.Create(5)) is JsonValue five ? five.GetValue<int>() : 0);
            Assert.Equal(2, RoundTrip(document.RootElement)[1].GetInt32());
            Assert.Equal(2, RoundTrip(document).RootElement[1].GetInt32());
        }

        [Fact]
        public void An_annotated_class_may_derive_from_an_empty_one_of_them() =>
            Assert.Equal(3, RoundTrip(new Annotated { Count = 3 }).Count);

        [Fact]
        public void Others_are_refused_as_before()
        {
            Assert.Throws<CodecNotFoundException>(() => s_serializer.SerializeToArray(new Stranger()));
            Assert.Throws<CodecNotFoundException>(() => s_serializer.SerializeToArray<object>(new Several<Stranger> { Items = [new()] }.Items!));
        }

        [Fact]
        public void Json_that_is_none_is_refused()
        {
            var bytes = s_serializer.SerializeToArray(new Note { Text = "milk" });
            for (var at = 0; at < bytes.Length; at++)
            {
                var damaged = bytes.ToArray();
                damaged[at] ^= 0x15;
                try
                {
                    s_serializer.Deserialize<Note>(damaged);
                }
                catch (SerializerException)
                {
                    // One of the two outcomes that are allowed.
                }
            }

            Assert.Throws<SerializerException>(() => s_serializer.Deserialize<Note>(bytes.AsSpan(0, bytes.Length - 3)));
        }

        private static T RoundTrip<T>(T value) => s_serializer.Deserialize<T>(s_serializer.SerializeToArray(value));
    }
}

namespace Orleans.Bundled.Generator.Tests.Plain
{
    public interface INoted;

    public class Note : INoted
    {
        public string? Text { get; set; }

        public List<string> Tags { get; init; } = [];
    }

    public sealed class Reminder : Note
    {
        public int Hour { get; set; }
    }

    public class Late
    {
        public string? Text { get; set; }
    }

    public readonly record struct Point(int X, int Y);

    public sealed record Line(Point From, string Name);

    public sealed class Several<T>
    {
        public T[]? Items { get; set; }
    }

    public class Nothing;

    [GenerateSerializer]
    public sealed class Annotated : Nothing
    {
        [Id(0)]
        public int Count { get; set; }
    }
}
