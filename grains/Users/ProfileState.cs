namespace OrleansSocial.Users;

/// <summary>What is held of a person. Invariants: 1. Handle and CreatedAt never change. 2. Version is 1 at first and rises by one with each change.</summary>
[GenerateSerializer, Alias("users.profile-state")]
internal sealed record ProfileState
{
    /// <summary>Their unique name, in lower case.</summary>
    [Id(0)]
    public string Handle { get; init; } = "";

    /// <summary>How they are called.</summary>
    [Id(1)]
    public string DisplayName { get; init; } = "";

    /// <summary>What they say of themselves.</summary>
    [Id(2)]
    public string Bio { get; init; } = "";

    /// <summary>When the account was opened, UTC.</summary>
    [Id(3)]
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>1, and one more for each change.</summary>
    [Id(4)]
    public int Version { get; init; }

    /// <summary>What everyone may see of it.</summary>
    public ProfileView View(UserId user) => new(user, Handle, DisplayName, Bio, CreatedAt, Version);
}
