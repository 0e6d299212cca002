using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

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
        services.AddAuthorization();
        services.AddOptions<AuthorizationOptions>().Configure<IOptions<AdminOptions>>((options, admins) => options.AddPolicy(
            Routes.AdminPolicy, policy => policy.RequireAssertion(asked => Caller.From(asked.User) is { } caller && admins.Value.Includes(caller.Handle))));
        return services;
    }
}
