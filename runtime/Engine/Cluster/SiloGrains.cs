using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>Finds the grains that belong to one silo each.</summary>
internal static class SiloGrains
{
    /// <summary>The grain of one silo.</summary>
    public static TGrain Of<TGrain>(this IGrainFactory grains, SiloAddress silo)
        where TGrain : IGrainWithStringKey => grains.GetGrain<TGrain>(silo.ToParsableString());

    /// <summary>
    /// The grain of the silo that has been active for longest: all silos mean the same one, and it changes only when that silo
    /// ends, whoever joins. Before any silo is active it is the local one.
    /// </summary>
    public static TGrain OfOldest<TGrain>(IServiceProvider services)
        where TGrain : IGrainWithStringKey
    {
        var active = services.GetService<IClusterAgent>() is { } agent ? agent.View.Active : [];
        var silo = active.Length > 0 ? active[0].Address : services.GetRequiredService<ILocalSiloDetails>().SiloAddress;
        return services.GetRequiredService<IGrainFactory>().Of<TGrain>(silo);
    }
}
