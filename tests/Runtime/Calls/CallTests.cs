namespace Orleans.Conformance.Calls;

public interface IGreeter : IGrainWithStringKey
{
    Task<string> Greet(string name);
}

public sealed class Greeter : Grain, IGreeter
{
    public Task<string> Greet(string name) => Task.FromResult($"{this.GetPrimaryKeyString()} greets {name}");
}

public sealed class CallTests(OneSiloFixture silo) : IClassFixture<OneSiloFixture>
{
    [Fact]
    public async Task A_call_reaches_the_grain_of_its_key() =>
        Assert.Equal("alice greets bob", await silo.Grains.GetGrain<IGreeter>("alice").Greet("bob"));
}
