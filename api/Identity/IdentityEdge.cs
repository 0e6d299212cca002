using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace OrleansSocial.Identity;

/// <summary>Registers who calls: bearer tokens and the sessions behind them.</summary>
public static class IdentityEdge
{
    /// <summary>Registers what the edge needs to know who calls.</summary>
    public static IServiceCollection AddIdentityEdge(this IServiceCollection services)
    {
        services.TryAddSingleton(RepairPace.Usual);
        services.AddSingleton<VerificationKeys>();
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<EndedSessions>();
        services.AddSingleton<IEndedSessions>(s => s.GetRequiredService<EndedSessions>());
        services.AddHostedService(s => s.GetRequiredService<EndedSessions>());
        services.AddHostedService(s => s.GetRequiredService<VerificationKeys>());
        services.AddAuthentication(BearerHandler.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, BearerHandler>(BearerHandler.SchemeName, configureOptions: null);
        services.AddAuthorization(options => options.AddPolicy(Routes.AdminPolicy, policy => policy.RequireRole(AdminOptions.Role)));
        return services;
    }
}
