using Microsoft.Extensions.Options;
using Orleans.Placement;

namespace OrleansSocial.Identity;

/// <summary>One signed-in device: a family of refresh tokens. Key: session id.</summary>
/// <remarks>Invariants: see <see cref="SessionState"/>. Exactly one refresh token may be exchanged at any moment.
/// It lives where it is asked first and goes soon: a device comes back after minutes, and its state is read with the first call.</remarks>
[PreferLocalPlacement, CollectionAgeLimit(Minutes = 2)]
internal sealed class SessionGrain(
    [PersistentState("session", GrainStorage.Name)] IPersistentState<SessionState> session,
    EndedSessionStore endedSessions,
    NewsTeller news,
    IOptions<IdentityOptions> options,
    TimeProvider clock)
    : Grain, ISessionGrain
{
    private SessionId Id => SessionId.From(this.GetPrimaryKey());

    public async Task<Outcome<SessionTokens>> Start(UserId user, string handle)
    {
        if (session.RecordExists) return IdentityRefusals.SessionEnded;

        var token = RefreshToken.First(Id);
        var now = clock.GetUtcNow();
        return await Issue(new SessionState { User = user, Handle = handle, StartedAt = now, FamilyHash = RefreshToken.Hash(token.Family) }, token, now);
    }

    public async Task<Outcome<SessionTokens>> Refresh(string refreshToken)
    {
        if (!session.RecordExists || RefreshToken.Read(refreshToken) is not { } token || token.Session != Id) return IdentityRefusals.SessionEnded;

        var now = clock.GetUtcNow();
        switch (IdentityRules.Judge(session.State, token, now))
        {
            case RefreshVerdict.Newest:
                return await Issue(session.State, token.Next(), now);
            case RefreshVerdict.Reused:
                await End();
                return IdentityRefusals.RefreshReused;
            default:
                return IdentityRefusals.SessionEnded;
        }
    }

    public async Task End()
    {
        if (!session.RecordExists || session.State.EndedAt is not null) return;

        // The nodes are told first: should the second write fail, the caller hears of it and ends the session again.
        var now = clock.GetUtcNow();
        await endedSessions.Add(Id, now.AddMinutes(options.Value.AccessMinutes).AddSeconds(options.Value.ClockSkewSeconds));
        news.Tell(NewsTopic.Sessions);
        await session.Commit(this, session.State with { EndedAt = now });
    }

    /// <summary>Signs before it commits, so that a failure to sign does not use the device's refresh token up.</summary>
    private async Task<Outcome<SessionTokens>> Issue(SessionState before, RefreshToken token, DateTimeOffset now)
    {
        var next = before with
        {
            SecretHash = RefreshToken.Hash(token.Secret),
            RefreshExpiresAt = IdentityRules.RefreshExpiry(before.StartedAt, now, options.Value),
        };
        var accessExpiresAt = now.AddMinutes(options.Value.AccessMinutes);
        var access = await GrainFactory.GetGrain<IKeyRingGrain>(0).Sign(next.User, Id, next.Handle, accessExpiresAt);
        await session.Commit(this, next);
        return new SessionTokens(next.User, next.Handle, Id, access, accessExpiresAt, token.Write(), next.RefreshExpiresAt);
    }
}
