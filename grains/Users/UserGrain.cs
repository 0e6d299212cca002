using Orleans.Placement;

namespace OrleansSocial.Users;

/// <summary>One person's profile. Key: user id.</summary>
/// <remarks>Invariants: see <see cref="ProfileState"/>. It is placed by the load of the silos: everybody reads it.</remarks>
[ResourceOptimizedPlacement]
internal sealed class UserGrain(
    [PersistentState("profile", GrainStorage.Name)] IPersistentState<ProfileState> profile,
    TimeProvider clock)
    : Grain, IUserGrain
{
    public async Task<Outcome<ProfileView>> Create(string handle, string displayName)
    {
        if (profile.RecordExists) return View();

        if (!UserRules.NameOf(displayName).TryGet(out var name, out var unfit)) return unfit;
        await profile.Commit(this, new() { Handle = handle, DisplayName = name, CreatedAt = clock.GetUtcNow(), Version = 1 });
        return View();
    }

    public Task<Outcome<ProfileView>> Get()
    {
        if (profile.RecordExists) return Task.FromResult<Outcome<ProfileView>>(View());

        // Whoever asks for people who do not exist leaves no grains behind.
        this.DeactivateOnIdle();
        return Task.FromResult<Outcome<ProfileView>>(UserRefusals.NotFound);
    }

    public async Task<Outcome<ProfileView>> Change(ChangeProfile change)
    {
        if (!profile.RecordExists) return UserRefusals.NotFound;
        if (UserRules.RefuseChange(profile.State, change) is { } refusal) return refusal;

        var next = UserRules.Apply(profile.State, change);
        if (next != profile.State) await profile.Commit(this, next);
        return View();
    }

    private ProfileView View() => profile.State.View(UserId.From(this.GetPrimaryKey()));
}
