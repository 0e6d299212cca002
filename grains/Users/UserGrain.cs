using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Placement;
using OrleansSocial.Realtime;

namespace OrleansSocial.Users;

/// <summary>One person's profile. Key: user id.</summary>
/// <remarks>
/// Invariants: 1. Handle and CreatedAt never change. 2. Version is 1 at first and rises by one with each change. 3. What is held is what is stored:
/// after a failed write the activation ends and the next one reads. It is placed by the load of the silos: everybody reads it.
/// </remarks>
[ResourceOptimizedPlacement]
internal sealed partial class UserGrain(
    ProfileStore store, GroupCommit writer, ILiveTeller teller, IOptions<UsersOptions> options, TimeProvider clock, ILogger<UserGrain> log) : Grain, IUserGrain
{
    private Ledger _ledger = null!;
    private ProfileView? _profile;

    private UserId Me => UserId.From(this.GetPrimaryKey());

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _profile = await store.Find(Me, cancellationToken);
        _ledger = new(writer, Me, 0, new(WritesMax: 1, CommonRefusals.Unavailable, Apply, this.DeactivateOnIdle));
    }

    public async Task<Outcome<ProfileView>> Create(string handle, string displayName)
    {
        if (_profile is { } made) return made;

        if (!UserRules.NameOf(displayName).TryGet(out var name, out var unfit)) return unfit;
        return await Commit(new(Me, handle, name, Bio: "", Sql.ToMicroseconds(clock.GetUtcNow()), Version: 1));
    }

    public Task<Outcome<ProfileView>> Get()
    {
        if (_profile is { } profile) return Task.FromResult<Outcome<ProfileView>>(profile);

        // Whoever asks for people who do not exist leaves no grains behind.
        this.DeactivateOnIdle();
        return Task.FromResult<Outcome<ProfileView>>(UserRefusals.NotFound);
    }

    public async Task<Outcome<ProfileView>> Change(ChangeProfile change)
    {
        if (_profile is not { } profile) return UserRefusals.NotFound;
        if (UserRules.RefuseChange(profile, change) is { } refusal) return refusal;

        var next = UserRules.Apply(profile, change);
        return next == profile ? profile : await Commit(next);
    }

    private async Task<Outcome<ProfileView>> Commit(ProfileView next)
    {
        if (await _ledger.Commit(new ProfileWrite(_ledger, next)) is { } refusal) return refusal;

        if (next.Version > 1) await Tell(next);
        return next;
    }

    /// <summary>Tells the person and those who know them; whoever is not told, or does not hear it, finds it with their cursor.</summary>
    private async Task Tell(ProfileView changed)
    {
        IReadOnlyList<UserId> known = [];
        try
        {
            known = await GrainFactory.GetGrain<IAcquaintancesGrain>(0).Of(Me, options.Value.ToldPeopleMax);
        }
        catch (Exception fault)
        {
            LogNotTold(log, fault);
        }

        teller.Tell(new Audience(Me, [Me, .. known]), ProfileEvents.Changed(changed));
    }

    private void Apply(Write ended)
    {
        if (ended.Outcome == CommitOutcome.Stored) _profile = ((ProfileWrite)ended).Profile;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Whom a changed profile is to be told is not known; they find it with their cursors")]
    private static partial void LogNotTold(ILogger log, Exception cause);
}
