using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Conformance.Serialization.Plain;
using Orleans.Serialization;

namespace Orleans.Conformance.Serialization
{
    /// <summary>Types that cannot be annotated cross calls as JSON or by way of their surrogates.</summary>
    public sealed class ForeignTypeTests(ForeignTypeTests.Fixture fixture) : IClassFixture<ForeignTypeTests.Fixture>
    {
        private readonly IForeignGrain _grain = fixture.Grains.GetGrain<IForeignGrain>(Signals.NewName());

        private Serializer Serializer => fixture.Cluster.Silos[0].ServiceProvider.GetRequiredService<Serializer>();

        [Fact]
        [Feature("Serialization", "JSON for types without annotation (AddJsonSerializer)")]
        public async Task A_plain_type_crosses_a_call_and_shares_nothing_with_its_caller()
        {
            var given = new Ticket { Title = "row 7", Seats = { 1, 2 } };
            var returned = await _grain.Echo(given);
            given.Seats.Add(3);

            Assert.Equal("row 7", returned.Title);
            Assert.Equal([1, 2], returned.Seats);
        }

        [Fact]
        [Feature("Serialization", "JSON for types without annotation (AddJsonSerializer)")]
        public void A_plain_type_comes_back_from_bytes_as_what_it_was()
        {
            Ticket given = new Pass { Title = "all days", Seats = { 4 }, Days = 3 };

            var back = Serializer.Deserialize<Ticket>(Serializer.SerializeToArray(given));

            Assert.Equal(3, Assert.IsType<Pass>(back).Days);
            Assert.Equal([4], back.Seats);
        }

        [Fact]
        [Feature("Serialization", "Types that nobody annotated are refused (CodecNotFoundException)")]
        public async Task A_type_that_nobody_named_is_refused_before_the_call_leaves() =>
            await Assert.ThrowsAsync<CodecNotFoundException>(() => _grain.EchoAny(new Unknown()));

        [Fact]
        [Feature("Serialization", "Surrogates: IConverter, IPopulator, [RegisterConverter]")]
        public async Task A_foreign_type_crosses_as_its_surrogate()
        {
            Assert.Equal(21, (await _grain.EchoAny(new Thermometer(21)) as Thermometer)?.Degrees);
            Assert.Equal(21, Serializer.Deserialize<Thermometer>(Serializer.SerializeToArray(new Thermometer(21))).Degrees);
        }

        [Fact]
        [Feature("Serialization", "Collections, tuples, immutable and frozen collections, polymorphic members, identity and cycles")]
        public void Identity_and_kinds_are_kept()
        {
            var shared = new List<int> { 1 };
            var graph = new Dictionary<string, object> { ["one"] = shared, ["same"] = shared, ["set"] = ImmutableHashSet.Create(1, 2), ["pair"] = (1, "b") };

            var back = Serializer.Deserialize<Dictionary<string, object>>(Serializer.SerializeToArray(graph));

            Assert.Same(back["one"], back["same"]);
            Assert.Equal([1, 2], Assert.IsType<ImmutableHashSet<int>>(back["set"]).Order());
            Assert.Equal((1, "b"), back["pair"]);
        }

        [Fact]
        [Feature("Serialization", "[GenerateSerializer], [Id], [Alias]: members may be added and removed between versions, integers may widen")]
        public void A_reader_of_another_version_skips_what_it_does_not_know_and_finds_defaults()
        {
            var bytes = Serializer.SerializeToArray(new TicketV2 { Title = "t", Price = 7, Extra = ["x"] });
            var old = Serializer.Deserialize<TicketV1>(bytes);
            var again = Serializer.Deserialize<TicketV2>(Serializer.SerializeToArray(old));

            Assert.Equal(("t", 7), (old.Title, old.Price));
            Assert.Equal(("t", 7L), (again.Title, again.Price));
            Assert.Null(again.Extra);
        }

        public static bool IsPlain(Type type) =>
            type.Namespace?.StartsWith("Orleans.Conformance.Serialization.Plain", StringComparison.Ordinal) == true;

        public sealed class Fixture : OneSiloFixture
        {
            public override async Task InitializeAsync() => Use(await OneSilo.Start(silo => silo.Services.AddSerializer(
                serializer => serializer.AddJsonSerializer(IsPlain))));
        }
    }

    public interface IForeignGrain : IGrainWithStringKey
    {
        Task<Ticket> Echo(Ticket ticket);

        Task<object> EchoAny(object any);
    }

    public sealed class ForeignGrain : Grain, IForeignGrain
    {
        public Task<Ticket> Echo(Ticket ticket) => Task.FromResult(ticket);

        public Task<object> EchoAny(object any) => Task.FromResult(any);
    }

    public sealed class Unknown;

    public sealed class Thermometer(int degrees)
    {
        public int Degrees => degrees;
    }

    [GenerateSerializer]
    public struct ThermometerSurrogate
    {
        [Id(0)]
        public int Degrees { get; set; }
    }

    [RegisterConverter]
    public sealed class ThermometerConverter : IConverter<Thermometer, ThermometerSurrogate>
    {
        public Thermometer ConvertFromSurrogate(in ThermometerSurrogate surrogate) => new(surrogate.Degrees);

        public ThermometerSurrogate ConvertToSurrogate(in Thermometer value)
        {
            ArgumentNullException.ThrowIfNull(value);
            return new() { Degrees = value.Degrees };
        }
    }

    [GenerateSerializer]
    public sealed class TicketV1
    {
        [Id(0)]
        public string? Title { get; set; }

        [Id(1)]
        public int Price { get; set; }
    }

    [GenerateSerializer]
    public sealed class TicketV2
    {
        [Id(0)]
        public string? Title { get; set; }

        [Id(1)]
        public long Price { get; set; }

        [Id(5)]
        public List<string>? Extra { get; set; }
    }
}

namespace Orleans.Conformance.Serialization.Plain
{
    public class Ticket
    {
        public string? Title { get; set; }

        public List<int> Seats { get; init; } = [];
    }

    public sealed class Pass : Ticket
    {
        public int Days { get; set; }
    }
}
