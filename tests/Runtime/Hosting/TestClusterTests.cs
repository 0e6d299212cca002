using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.TestingHost;

namespace Orleans.Conformance.Hosting;

/// <summary>Configures host and silo at once, from the properties of the builder.</summary>
public sealed class BothConfigurator : ISiloConfigurator, IHostConfigurator
{
    public void Configure(IHostBuilder hostBuilder) =>
        hostBuilder.ConfigureServices((context, services) => services.AddKeyedSingleton("host", context.Configuration["colour"]!));

    public void Configure(ISiloBuilder siloBuilder) =>
        siloBuilder.Services.AddKeyedSingleton("silo", siloBuilder.Configuration["colour"]!);
}

/// <summary>The cluster that is configured by types.</summary>
[Feature("Testing", "TestClusterBuilder and TestCluster: configurators, stop, kill, restart")]
public sealed class TestClusterTests
{
    [Fact]
    public async Task Configurators_find_the_properties_of_the_builder()
    {
        var builder = new TestClusterBuilder(1);
        builder.Properties["colour"] = "blue";
        builder.AddSiloBuilderConfigurator<BothConfigurator>();
        await using var cluster = builder.Build();
        await cluster.DeployAsync();

        Assert.Equal("blue", cluster.GetSiloServiceProvider().GetRequiredKeyedService<string>("host"));
        Assert.Equal("blue", cluster.GetSiloServiceProvider().GetRequiredKeyedService<string>("silo"));
        Assert.Equal("Hello, alice!", await cluster.GrainFactory.GetGrain<IDoormanGrain>("alice").Greet());
        Assert.Equal("Hello, bob!", await cluster.Client.GetGrain<IDoormanGrain>("bob").Greet());
    }

    [Fact]
    public void A_type_that_configures_nothing_is_refused() =>
        Assert.Throws<ArgumentException>(() => new TestClusterBuilder(1).AddSiloBuilderConfigurator<object>());

    [Fact]
    public async Task Clusters_do_not_meet()
    {
        await using var first = new TestClusterBuilder(1).Build();
        await using var second = new TestClusterBuilder(1).Build();
        await first.DeployAsync();
        await second.DeployAsync();

        Assert.NotEqual(first.Options.ClusterId, second.Options.ClusterId);
        Assert.NotEqual(first.Primary.SiloAddress, second.Primary.SiloAddress);
        Assert.Throws<ArgumentException>(() => first.GetSiloForAddress(second.Primary.SiloAddress));
    }

    [Fact]
    public async Task A_cluster_knows_its_silos_while_they_run()
    {
        await using var cluster = new TestClusterBuilder(1).Build();
        await cluster.DeployAsync();
        var silo = cluster.Primary;

        Assert.Equal([silo], cluster.Silos);
        Assert.Empty(cluster.SecondarySilos);
        Assert.True(silo.IsActive);
        Assert.Same(silo, cluster.GetSiloForAddress(silo.SiloAddress));

        await cluster.StopSiloAsync(silo);
        await cluster.WaitForLivenessToStabilizeAsync();

        Assert.False(silo.IsActive);
        Assert.Empty(cluster.GetActiveSilos());
    }

    [Fact]
    public async Task A_killed_silo_can_be_started_again()
    {
        await using var cluster = new TestClusterBuilder(1).Build();
        await cluster.DeployAsync();
        Assert.Equal("Hello, alice!", await cluster.Client.GetGrain<IDoormanGrain>("alice").Greet());

        await cluster.KillSiloAsync(cluster.Primary);
        var silo = await cluster.RestartSiloAsync(cluster.Primary);

        Assert.True(silo.IsActive);
        Assert.Equal("Hello, alice!", await cluster.Client.GetGrain<IDoormanGrain>("alice").Greet());
    }

    [Fact]
    public async Task A_test_sees_an_activation_and_can_end_it()
    {
        await using var cluster = new TestClusterBuilder(1).Build();
        await cluster.DeployAsync();
        var grain = cluster.Client.GetGrain<IDoormanGrain>("alice");
        Assert.False(cluster.TryGetGrainContext(grain.GetGrainId(), out _));
        await grain.Greet();
        Assert.True(cluster.TryGetGrainContext(grain.GetGrainId(), out var context));
        Assert.IsType<DoormanGrain>(context.GrainInstance);

        var ended = cluster.WaitForDeactivationAsync(grain);
        Assert.False(ended.IsCompleted);
        await cluster.DeactivateAsync(grain).Soon("the end of the activation");

        await ended.Soon("the end of the activation");
        Assert.False(cluster.TryGetGrainContext(grain.GetGrainId(), out _));
        Assert.Equal("Hello, alice!", await grain.Greet());
    }
}
