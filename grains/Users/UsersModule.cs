namespace OrleansSocial.Users;

/// <summary>Profiles.</summary>
public static class UsersModule
{
    /// <summary>Registers the slice, which needs nothing beyond grain storage.</summary>
    public static ISiloBuilder AddUsers(this ISiloBuilder silo) => silo;
}
