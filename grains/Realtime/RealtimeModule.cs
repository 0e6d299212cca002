using Microsoft.Extensions.DependencyInjection;

namespace OrleansSocial.Realtime;

/// <summary>Live delivery: connections, presence, cursors.</summary>
public static class RealtimeModule
{
    /// <summary>Registers the slice.</summary>
    public static ISiloBuilder AddRealtime(this ISiloBuilder silo)
    {
        silo.Services.AddSingleton<ChangeStore>().AddSingleton<IChangeSource, EventChangeSource>().AddSingleton<IPersonalEvents, PersonalEvents>();
        silo.Services.AddSingleton<LiveRoster>().AddSingleton<ILiveRoster>(services => services.GetRequiredService<LiveRoster>());
        silo.Services.AddSingleton<LiveRosterClient>().AddSingleton<Arrivals>();
        return silo.AddGrainService<LiveRosterService>();
    }
}
