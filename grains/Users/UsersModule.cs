using Microsoft.Extensions.DependencyInjection;

namespace OrleansSocial.Users;

/// <summary>Profiles of people.</summary>
public static class UsersModule
{
    /// <summary>Registers the slice.</summary>
    public static ISiloBuilder AddUsers(this ISiloBuilder silo)
    {
        silo.Services.AddSingleton<ProfileStore>().AddSingleton<IChangeSource, ProfileChangeStore>();
        return silo;
    }
}
