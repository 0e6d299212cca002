using Microsoft.Extensions.DependencyInjection;

namespace OrleansSocial.Identity;

/// <summary>Accounts, sessions and signing keys.</summary>
public static class IdentityModule
{
    /// <summary>Registers the slice.</summary>
    public static ISiloBuilder AddIdentity(this ISiloBuilder silo)
    {
        silo.Services.AddSingleton<PasswordHasher>();
        silo.Services.AddSingleton<EndedSessionStore>();
        silo.Services.AddSingleton<ISeed, AccountSeed>();
        silo.Services.Recurring("identity.ended-sessions", "* * * * *", (_, run) =>
        {
            EndedSessionStore.Purge(run.Effects);
            return Task.CompletedTask;
        });
        return silo;
    }
}
