using Orleans.Concurrency;

namespace OrleansSocial.Users;

/// <summary>Reads profiles of many people.</summary>
[StatelessWorker]
internal sealed class ProfilesGrain(ProfileStore store) : Grain, IProfilesGrain
{
    public Task<IReadOnlyList<ProfileView?>> Read(UserId viewer, IReadOnlyList<UserId> things) => store.Read(things);

    public async Task<Outcome<ProfileList>> List(IReadOnlyList<UserId> people)
    {
        if (people.Count is 0 or > ProfileLimits.IdsMax) return UserRefusals.IdsCount;
        return new ProfileList([.. (await store.Read([.. people.Distinct()])).OfType<ProfileView>()]);
    }
}
