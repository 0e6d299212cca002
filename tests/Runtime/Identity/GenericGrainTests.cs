namespace Orleans.Conformance.Identity;

public interface IBoxGrain<T> : IGrainWithStringKey
{
    Task Put(T value);

    Task<T?> Take();

    Task<string> Id();
}

public sealed class BoxGrain<T> : Grain, IBoxGrain<T>
{
    private T? _value;

    public Task Put(T value)
    {
        _value = value;
        return Task.CompletedTask;
    }

    public Task<T?> Take() => Task.FromResult(_value);

    public Task<string> Id() => Task.FromResult(this.GetGrainId().ToString());
}

/// <summary>A generic class is a grain type for each set of its arguments.</summary>
[Feature("Grains", "Generic grains")]
public sealed class GenericGrainTests(OneSiloFixture silo) : IClassFixture<OneSiloFixture>
{
    [Fact]
    public async Task Grains_of_one_key_and_different_arguments_are_different_grains()
    {
        var text = silo.Grains.GetGrain<IBoxGrain<string>>("a");
        var number = silo.Grains.GetGrain<IBoxGrain<int>>("a");
        await text.Put("seven");
        await number.Put(7);

        Assert.Equal("seven", await text.Take());
        Assert.Equal(7, await number.Take());
        Assert.StartsWith("box`1", await text.Id(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_generic_grain_is_found_by_its_identity()
    {
        var box = silo.Grains.GetGrain<IBoxGrain<List<string>>>("b");
        await box.Put(["x"]);

        var again = silo.Grains.GetGrain<IBoxGrain<List<string>>>(GrainId.Parse(await box.Id()));

        Assert.Equal(["x"], await again.Take());
    }
}
