using Microsoft.Extensions.DependencyInjection;

namespace OrleansSocial.Realtime;

/// <summary>Live delivery: connections, presence, cursors.</summary>
public static class RealtimeModule
{
    /// <summary>Registers the slice.</summary>
    public static ISiloBuilder AddRealtime(this ISiloBuilder silo)
    {
        silo.Services.AddSingleton<ChangeStore>().AddSingleton<IChangeSource, EventChangeSource>().AddSingleton<IPersonalEvents, PersonalEvents>();
        silo.Services.AddSingleton<Roster>().AddSingleton<ILiveTeller, LiveTeller>();
        silo.Services.AddSingleton<RosterClient>().AddSingleton<ILifecycleParticipant<ISiloLifecycle>, RosterUpkeep>();
        return silo.AddGrainService<RosterService>();
    }
}
