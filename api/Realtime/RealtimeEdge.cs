using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace OrleansSocial.Realtime;

/// <summary>Registers the live edge.</summary>
public static class RealtimeEdge
{
    // A message that is too large is noticed by its connection, which says so, before the hub cuts it.
    private const int PieceBytesMax = 64 * 1024;

    /// <summary>The hub, its connections, and the limits of both.</summary>
    public static IServiceCollection AddRealtimeEdge(this IServiceCollection services)
    {
        services.AddSignalR(hub => hub.AddFilter<LiveFilter>());
        services.AddSingleton<IConfigureOptions<HubOptions>>(provider => new ConfigureOptions<HubOptions>(
            hub => hub.MaximumReceiveMessageSize = provider.GetRequiredService<IOptions<LiveOptions>>().Value.MessageBytesMax + PieceBytesMax));
        services.Configure<JsonHubProtocolOptions>(json => SocialJson.Configure(json.PayloadSerializerOptions));
        services.AddSingleton<LiveFilter>();
        services.AddSingleton<IHubProtocolResolver, LiveProtocols>();
        services.AddSingleton<LiveNode>();
        services.AddSingleton<NodeWord>();
        services.AddSingleton<LivePeople>();
        services.AddSingleton<LiveConnections>();
        services.AddSingleton<ILiveConnections>(provider => provider.GetRequiredService<LiveConnections>());
        services.AddSingleton<LiveNodeAccess>();
        services.AddHostedService(provider => provider.GetRequiredService<LiveConnections>());
        services.AddHostedService(provider => provider.GetRequiredService<NodeWord>());
        return services;
    }

    /// <summary>The hub of the application: there is one, at <c>/v1/live</c>.</summary>
    internal static IServiceCollection AddLiveHub<THub>(this IServiceCollection services)
        where THub : LiveHub => services.AddSingleton<HubLifetimeManager<THub>, LiveLifetime<THub>>().AddSingleton(new LiveHubType(typeof(THub)));
}
