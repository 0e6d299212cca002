using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Orleans.Conformance.Hosting;

public interface IDoormanGrain : IGrainWithStringKey
{
    Task<string> Greet();
}

public sealed class DoormanGrain : Grain, IDoormanGrain
{
    public Task<string> Greet() => Task.FromResult($"Hello, {this.GetPrimaryKeyString()}!");
}

/// <summary>Every way of making a host a silo gives one that serves calls.</summary>
[Feature("Hosting", "UseOrleans on IHostBuilder, HostApplicationBuilder, WebApplicationBuilder; AddOrleans")]
public sealed class HostShapeTests
{
    [Fact]
    public async Task A_web_application_is_a_silo()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.UseOrleans(silo => silo.UseLocalhostClustering());
        await using var app = builder.Build();
        await Greets(app.Services, () => app.Services.GetRequiredService<IHost>().StartAsync(), () => app.StopAsync());
    }

    [Fact]
    public async Task A_web_application_is_a_silo_through_its_host_property()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Host.UseOrleans(silo => silo.UseLocalhostClustering());
        await using var app = builder.Build();
        await Greets(app.Services, () => app.Services.GetRequiredService<IHost>().StartAsync(), () => app.StopAsync());
    }

    [Fact]
    public async Task A_host_application_is_a_silo()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(silo => silo.UseLocalhostClustering());
        using var host = builder.Build();
        await Greets(host.Services, () => host.StartAsync(), () => host.StopAsync());
    }

    [Fact]
    public async Task A_generic_host_is_a_silo()
    {
        using var host = new HostBuilder().UseOrleans(silo => silo.UseLocalhostClustering()).Build();
        await Greets(host.Services, () => host.StartAsync(), () => host.StopAsync());
    }

    [Fact]
    public async Task A_generic_host_is_a_silo_that_sees_its_configuration()
    {
        using var host = new HostBuilder()
            .ConfigureHostConfiguration(c => c.AddInMemoryCollection([new("port", "12345")]))
            .UseOrleans((context, silo) => silo.UseLocalhostClustering(siloPort: context.Configuration.GetValue<int>("port")))
            .Build();
        await Greets(host.Services, () => host.StartAsync(), () => host.StopAsync());
        Assert.Equal(12345, host.Services.GetRequiredService<IOptions<EndpointOptions>>().Value.SiloPort);
    }

    [Fact]
    public async Task Services_are_a_silo()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddOrleans(silo => silo.UseLocalhostClustering());
        using var host = builder.Build();
        await Greets(host.Services, () => host.StartAsync(), () => host.StopAsync());
    }

    [Fact]
    public async Task Several_calls_configure_one_silo()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(silo => silo.UseLocalhostClustering());
        builder.UseOrleans(silo => silo.Configure<ClusterOptions>(o => o.ServiceId = "second"));
        using var host = builder.Build();
        await Greets(host.Services, () => host.StartAsync(), () => host.StopAsync());
        Assert.Equal("second", host.Services.GetRequiredService<IOptions<ClusterOptions>>().Value.ServiceId);
    }

    [Fact]
    public void The_configuration_section_names_cluster_service_silo_and_endpoints()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(
        [
            new("Orleans:ClusterId", "c"), new("Orleans:ServiceId", "s"), new("Orleans:Name", "n"),
            new("Orleans:Endpoints:SiloPort", "1111"), new("Orleans:Endpoints:AdvertisedIPAddress", "10.1.2.3"),
            new("Orleans:Messaging:ResponseTimeout", "00:00:07"),
        ]);
        builder.UseOrleans();
        using var host = builder.Build();

        var silo = host.Services.GetRequiredService<ILocalSiloDetails>();
        Assert.Equal("n", silo.Name);
        Assert.Equal("c", silo.ClusterId);
        Assert.Equal("10.1.2.3:1111", silo.SiloAddress.Endpoint.ToString());
        Assert.Equal("s", host.Services.GetRequiredService<IOptions<ClusterOptions>>().Value.ServiceId);
        Assert.Equal(TimeSpan.FromSeconds(7), host.Services.GetRequiredService<IOptions<SiloMessagingOptions>>().Value.ResponseTimeout);
    }

    private static async Task Greets(IServiceProvider services, Func<Task> start, Func<Task> stop)
    {
        await start();
        try
        {
            Assert.Equal("Hello, alice!", await services.GetRequiredService<IGrainFactory>().GetGrain<IDoormanGrain>("alice").Greet());
            Assert.Equal("Hello, bob!", await services.GetRequiredService<IClusterClient>().GetGrain<IDoormanGrain>("bob").Greet());
        }
        finally
        {
            await stop();
        }
    }
}
