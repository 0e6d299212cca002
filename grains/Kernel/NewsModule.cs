using Microsoft.Extensions.DependencyInjection;

namespace OrleansSocial.Kernel;

/// <summary>What silos tell each other and their nodes the moment it happens.</summary>
public static class NewsModule
{
    /// <summary>Registers the board of the silo, and who writes on it.</summary>
    public static ISiloBuilder AddNews(this ISiloBuilder silo)
    {
        silo.Services.AddSingleton<NewsBoard>();
        silo.Services.AddSingleton<NewsTeller>();
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, SiloWatch>();
        return silo.AddGrainService<NewsService>();
    }
}
