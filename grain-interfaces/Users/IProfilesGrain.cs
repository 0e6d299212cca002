using Orleans.Concurrency;

namespace OrleansSocial.Users;

/// <summary>Reads profiles of many people. Everything in them is for everyone to see, whoever the viewer is.</summary>
[Alias("users.profiles")]
public interface IProfilesGrain : IReadMany<UserId, ProfileView>
{
    /// <summary>The profiles of 1 to 100 people, each once, in the order in which they are first named; whoever does not exist is left out. One statement, and no grain of theirs.</summary>
    [Alias("list"), AlwaysInterleave, Refuses("users.ids_count")]
    Task<Outcome<ProfileList>> List(IReadOnlyList<UserId> people);
}

/// <summary>Profiles of people who were asked for.</summary>
/// <param name="Items">Each once, in the order in which they were first named; whoever does not exist is left out.</param>
[GenerateSerializer, Immutable, Alias("users.profile-list")]
public sealed record ProfileList([property: Id(0)] IReadOnlyList<ProfileView> Items);
