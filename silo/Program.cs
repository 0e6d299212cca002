using OrleansSocial.Host;
using OrleansSocial.Kernel;
using OrleansSocial.Local;
using OrleansSocial.Membership;
using OrleansSocial.RateLimits;

namespace OrleansSocial;

/// <summary>The whole application: its parts, in the order in which they come. Its slices are listed in <see cref="Slice.All"/>.</summary>
public static class SocialApp
{
    /// <summary>Runs the process.</summary>
    public static Task<int> Main(string[] args)
    {
        Start.PrepareSockets();
        return Start.Run(() => LocalCluster.Requested(args) is { } silos ? LocalCluster.Create(args, silos) : Create(args).AnnounceWhenReady());
    }

    /// <summary>Puts the application together. <paramref name="configure"/> comes after the defaults and before the parts.</summary>
    public static WebApplication Create(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ContentRootPath = AppContext.BaseDirectory,
        });
        configure?.Invoke(builder);

        builder.AddSocialOptions();
        builder.AddLogs();
        builder.AddHttpServer();
        builder.AddTelemetry();
        if (builder.HostsGrains()) AddGrains(builder);
        else builder.AddClusterClient();

        builder.Services.AddEdgeKernel();
        foreach (var slice in Slice.All) slice.Edge?.Invoke(builder.Services);
        builder.LeaveOutKeyRing();
        builder.Services.AddHostedService<MemoryTrim>();
        OrderedStart.Register(builder);

        var app = builder.Build();
        app.CheckOptions();
        app.UseTrustedProxies();
        app.UseSecurityHeaders();
        app.UseMetrics();
        app.MapHealth();
        if (app.Serves("api"))
        {
            app.UseEdgeKernel();
            app.UseRequestBounds();
            app.UsePage();
            app.UseRouting();
            app.UseCors();
            app.UseDoors();
            app.UseAuthentication();
            app.UseDashboardTickets();
            app.UseRateGate();
            app.UseAuthorization();
            app.MapDocumentation();
            var v1 = app.MapV1();
            foreach (var slice in Slice.All) slice.Routes?.Invoke(v1);
            v1.MapParkedEvents().MapJobs();
            app.MapDashboard(v1);
        }

        return app;
    }

    private static void AddGrains(WebApplicationBuilder builder)
    {
        builder.AddStorage();
        builder.UseOrleans(silo =>
        {
            silo.UseCluster().AddNews().AddOperatorsDashboard();
            foreach (var slice in Slice.All) slice.Grains?.Invoke(silo);
        });
        builder.Services.AddSingleton<Seeds>().AddHostedService(provider => provider.GetRequiredService<Seeds>());
    }
}
