using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.TestingHost;

namespace Orleans.Conformance.Hosting;

public sealed class Scoped(Ended ended) : IDisposable
{
    public Guid Id { get; } = Guid.NewGuid();

    public void Dispose() => ended.Disposed.TrySetResult(Id);
}

public sealed class Ended
{
    public TaskCompletionSource<Guid> Disposed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

public interface IServedGrain : IGrainWithStringKey
{
    Task<string> Context();

    Task<Guid> Scope();

    Task<Guid> ScopeAgain();

    Task<string> Keyed();

    Task End();
}

/// <summary>Takes everything that a constructor can be given.</summary>
public sealed class ServedGrain(
    IGrainContext context,
    Scoped scoped,
    ILogger<ServedGrain> logger,
    IGrainFactory grains,
    TimeProvider clock,
    [FromKeyedServices("blue")] string colour,
    CancellationTokenSource? missing = null) : IGrainBase, IServedGrain
{
    public IGrainContext GrainContext => context;

    public Task<string> Context() => Task.FromResult(
        $"{context.GrainId} {ReferenceEquals(context.GrainInstance, this)} {logger is not null && grains is not null && clock is not null} {missing is null}");

    public Task<Guid> Scope() => Task.FromResult(scoped.Id);

    public Task<Guid> ScopeAgain() => Task.FromResult(context.ActivationServices.GetRequiredService<Scoped>().Id);

    public Task<string> Keyed() => Task.FromResult(colour);

    public Task End()
    {
        this.DeactivateOnIdle();
        return Task.CompletedTask;
    }
}

public interface IUnservedGrain : IGrainWithStringKey
{
    Task Touch();
}

public sealed class UnservedGrain(IAsyncResult nobodyRegisters) : Grain, IUnservedGrain
{
    public Task Touch() => Task.FromResult(nobodyRegisters);
}

/// <summary>What the constructor of a grain is given.</summary>
[Feature("Grains", "Constructor injection, POCO grains (IGrainBase), IGrainContext in scopes")]
public sealed class GrainServicesTests : IAsyncLifetime
{
    private readonly Ended _ended = new();
    private InProcessTestCluster _cluster = null!;

    public async Task InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder();
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton(_ended);
            silo.Services.AddScoped<Scoped>();
            silo.Services.AddKeyedSingleton("blue", "#0000ff");
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task A_grain_gets_its_context_and_services_of_every_lifetime()
    {
        var grain = _cluster.Client.GetGrain<IServedGrain>("alice");

        Assert.Equal("served/alice True True True", await grain.Context());
        Assert.Equal("#0000ff", await grain.Keyed());
    }

    [Fact]
    public async Task A_scope_belongs_to_one_activation_and_ends_with_it()
    {
        var alice = _cluster.Client.GetGrain<IServedGrain>("alice");
        var bob = _cluster.Client.GetGrain<IServedGrain>("bob");
        var scope = await alice.Scope();

        Assert.Equal(scope, await alice.ScopeAgain());
        Assert.NotEqual(scope, await bob.Scope());

        await alice.End();
        Assert.Equal(scope, await _ended.Disposed.Task.Soon("the end of the scope"));
        Assert.NotEqual(scope, await alice.Scope());
    }

    [Fact]
    public async Task A_service_that_is_missing_fails_the_callers_and_not_the_silo()
    {
        var failed = await Assert.ThrowsAnyAsync<Exception>(() => _cluster.Client.GetGrain<IUnservedGrain>("alice").Touch());

        Assert.Contains("IAsyncResult", failed.ToString(), StringComparison.Ordinal);
        Assert.Equal("#0000ff", await _cluster.Client.GetGrain<IServedGrain>("alice").Keyed());
    }
}
