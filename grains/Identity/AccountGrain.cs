using Orleans.Placement;
using OrleansSocial.Users;

namespace OrleansSocial.Identity;

/// <summary>One login name and its password. Key: <c>user:</c> and the handle in lower case.</summary>
/// <remarks>Invariants: 1. A handle belongs to one person for ever. 2. Whoever has an account has a profile. 3. The password itself is held by nobody.
/// It is placed by the load of the silos, for hashing is what costs here.</remarks>
[ResourceOptimizedPlacement]
internal sealed class AccountGrain(
    [PersistentState("account", GrainStorage.Name)] IPersistentState<AccountState> account,
    PasswordHasher hasher,
    TimeProvider clock)
    : Grain, IAccountGrain
{
    private string Handle => Handles.OfAccountKey(this.GetPrimaryKeyString());

    public async Task<Outcome<SessionTokens>> Register(RegisterAccount command)
    {
        if (IdentityRules.RefuseRegister(Handle, command) is { } refusal) return refusal;
        if (account.RecordExists) return await RegisterAgain(command);

        if (!(await hasher.Hash(command.Password)).TryGet(out var hash, out var busy)) return busy;
        var opened = new AccountState { User = Ids.New<UserId>(clock), PasswordHash = hash, CreatedAt = clock.GetUtcNow(), OpenedBy = IdentityRules.OpenedBy(command) };

        // The profile comes first: one without an account is never found, but an account without one would be.
        var profile = await GrainFactory.GetGrain<IUserGrain>(opened.User).Create(Handle, command.DisplayName ?? Handle);
        if (profile.Refusal is { } notMade) return notMade;
        await account.Commit(this, opened);
        return await StartSession();
    }

    public async Task<Outcome<SessionTokens>> Login(string password)
    {
        // What cannot be a password is hashed as an empty one: it takes its time and is wrong.
        var candidate = IdentityRules.IsPasswordLength(password) && TextRules.IsStorable(password) ? password : "";
        var stored = account.RecordExists ? account.State.PasswordHash : null;
        if (!(await hasher.Verify(stored, candidate)).TryGet(out var check, out var busy)) return busy;
        if (!check.Right) return IdentityRefusals.WrongCredentials;

        if (check.Rehashed is { } hash) await account.Commit(this, account.State with { PasswordHash = hash });
        return await StartSession();
    }

    public Task<UserId?> Find() => Task.FromResult<UserId?>(account.RecordExists ? account.State.User : null);

    /// <summary>A command whose answer was lost comes again under its key and signs in; everyone else hears that the handle is taken.</summary>
    private async Task<Outcome<SessionTokens>> RegisterAgain(RegisterAccount command)
    {
        if (IdentityRules.RefuseAgain(account.State, command) is { } refusal) return refusal;
        if (!(await hasher.Verify(account.State.PasswordHash, command.Password)).TryGet(out var check, out var busy)) return busy;
        return check.Right ? await StartSession() : CommonRefusals.KeyReused;
    }

    private Task<Outcome<SessionTokens>> StartSession() =>
        GrainFactory.GetGrain<ISessionGrain>(Ids.New<SessionId>(clock)).Start(account.State.User, Handle);
}
