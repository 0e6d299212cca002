using Microsoft.Extensions.DependencyInjection;
using Orleans.Conformance.Hosting;
using Orleans.Storage;

namespace Orleans.Conformance.Storage;

public sealed class Friends
{
    public IDoormanGrain? Best { get; set; }

    public List<IDoormanGrain> All { get; set; } = [];

    public Dictionary<IDoormanGrain, string> Nicknames { get; set; } = [];
}

/// <summary>A state may hold references to grains.</summary>
[Feature("Storage", "Grain references in stored state")]
public sealed class StateReferencesTests(OneSiloFixture silo) : IClassFixture<OneSiloFixture>
{
    [Fact]
    public async Task References_in_a_state_come_back_and_can_be_called()
    {
        var storage = silo.Cluster.GetSiloServiceProvider().GetRequiredService<IGrainStorage>();
        var alice = silo.Grains.GetGrain<IDoormanGrain>("alice");
        var bob = silo.Grains.GetGrain<IDoormanGrain>("bob");
        var state = new Friends { Best = alice, All = [alice, bob], Nicknames = { [bob] = "Bobby" } };
        await storage.WriteStateAsync("friends", alice.GetGrainId(), new GrainState<Friends>(state));

        var read = new GrainState<Friends>();
        await storage.ReadStateAsync("friends", alice.GetGrainId(), read);

        Assert.Equal(alice, read.State!.Best);
        Assert.Equal([alice, bob], read.State.All);
        Assert.Equal("Bobby", read.State.Nicknames[bob]);
        Assert.Equal("Hello, alice!", await read.State.Best!.Greet());
    }
}
