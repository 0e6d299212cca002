using Microsoft.Extensions.DependencyInjection;
using Orleans.Conformance.Copying;
using Orleans.Serialization;

namespace Orleans.Conformance.Serialization;

/// <summary>The serializer that a silo offers to its grains.</summary>
[Feature("Serialization", "Serializer and DeepCopier as services")]
public sealed class SerializerTests(OneSiloFixture silo) : IClassFixture<OneSiloFixture>
{
    private IServiceProvider Services => silo.Cluster.GetSiloServiceProvider();

    [Fact]
    public void A_message_comes_back_from_bytes()
    {
        var serializer = Services.GetRequiredService<Serializer>();

        var back = serializer.Deserialize<Parcel>(serializer.SerializeToArray(new Parcel("books", ["one"])));

        Assert.Equal("books", back.Label);
        Assert.Equal(["one"], back.Content);
    }

    [Fact]
    public async Task A_reference_read_from_bytes_can_be_called()
    {
        var serializer = Services.GetRequiredService<Serializer<Address>>();
        var home = silo.Grains.GetGrain<IDepotGrain>("home");

        var back = serializer.Deserialize(serializer.SerializeToArray(new Address(home, new() { [home] = 1 })));

        Assert.Equal(home, back.Depot);
        Assert.Equal("home met home", await back.Depot.Remember(home));
    }

    [Fact]
    public void Copies_are_deep()
    {
        var parcel = new Parcel("books", ["one"]);

        var copy = Services.GetRequiredService<DeepCopier>().Copy(parcel);
        var other = Services.GetRequiredService<DeepCopier<Parcel>>().Copy(parcel);
        parcel.Content.Add("two");

        Assert.Equal(["one"], copy!.Content);
        Assert.Equal(["one"], other!.Content);
    }

    [Fact]
    public void Bytes_that_end_too_early_are_refused()
    {
        var serializer = Services.GetRequiredService<Serializer>();
        var bytes = serializer.SerializeToArray(new Parcel("books", ["one"]));

        Assert.ThrowsAny<Exception>(() => serializer.Deserialize<Parcel>(bytes.AsSpan(0, bytes.Length / 2)));
    }
}
