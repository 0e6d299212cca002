using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Serialization;

namespace Orleans.Shapes;

/// <summary>A host in each of its shapes, and filters in each of theirs.</summary>
public static class Hosts
{
    public static WebApplicationBuilder Web(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering();
            silo.AddMemoryGrainStorageAsDefault();
            silo.AddMemoryGrainStorage("users");
            silo.AddIncomingGrainCallFilter<CountCalls>();
            silo.AddOutgoingGrainCallFilter(async context => await context.Invoke());
            silo.Configure<GrainCollectionOptions>(o => o.CollectionAge = TimeSpan.FromMinutes(10));
            silo.Configure<SiloMessagingOptions>(o => o.ResponseTimeout = TimeSpan.FromSeconds(5));
            silo.AddStartupTask((_, _) => Task.CompletedTask);
            silo.AddGrainExtension<IGlanceExtension, GlanceExtension>();
            silo.Services.AddSerializer(serializer => serializer.AddAssembly(typeof(Hosts).Assembly).AddJsonSerializer(t => t.Namespace!.StartsWith("App")));
        });
        return builder;
    }

    public static HostApplicationBuilder Application(string[] args)
    {
        var builder = Host.CreateApplicationBuilder(args);
        builder.UseOrleans(static silo => silo.UseLocalhostClustering());
        return builder;
    }

    public static IHostBuilder Generic(string[] args) =>
        Host.CreateDefaultBuilder(args).UseOrleans((_, silo) => silo.UseLocalhostClustering());

    private sealed class CountCalls : IIncomingGrainCallFilter
    {
        private int _calls;

        public async Task Invoke(IIncomingGrainCallContext context)
        {
            Interlocked.Increment(ref _calls);
            await context.Invoke();
        }
    }
}

/// <summary>A grain that filters its own calls.</summary>
public sealed class FilteredGrain : Grain, ICounterGrain, IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        await context.Invoke();
        if (context.InterfaceMethod.Name == nameof(Get) && context.Result is int) context.Result = 7;
    }

    public Task<int> Add(int amount, CancellationToken ct = default) => Task.FromResult(amount);

    public ValueTask<int> Get() => new(0);
}
