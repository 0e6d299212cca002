using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace OrleansSocial.Identity;

/// <summary>The signing keys of the cluster. Key: 0.</summary>
/// <remarks>Invariants: 1. Only the newest key signs, and not when it is old. 2. A key verifies until the last token signed with it has ended. 3. A key is durable before it signs.</remarks>
internal sealed class KeyRingGrain(
    [PersistentState("keys", GrainStorage.Name)] IPersistentState<KeyRingState> ring,
    NewsTeller news,
    IOptions<IdentityOptions> options,
    TimeProvider clock)
    : Grain, IKeyRingGrain
{
    private const int TokenIdChars = 24;

    private ECDsa? _newest;

    public async Task<KeyRing> Keys()
    {
        await RotateIfStale();
        return new(options.Value.Terms(), KeyRules.Verifying(ring.State, clock.GetUtcNow()));
    }

    public async Task<string> Sign(UserId user, SessionId session, string handle, DateTimeOffset expiresAt)
    {
        await RotateIfStale();
        var claims = new AccessClaims(
            options.Value.Issuer, options.Value.Audience, user, session, handle, clock.GetUtcNow(), expiresAt, RandomNumberGenerator.GetHexString(TokenIdChars, lowercase: true));
        return AccessTokenWriter.Write(Newest(), ring.State.Keys[0].KeyId, claims);
    }

    public async Task Rotate()
    {
        var now = clock.GetUtcNow();
        await ring.Commit(this, KeyRules.Rotate(ring.State, KeyRules.Make(now, options.Value), now, options.Value));
        Forget();
        news.Tell(NewsTopic.Keys);
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Forget();
        return Task.CompletedTask;
    }

    private Task RotateIfStale() => KeyRules.IsStale(ring.State, clock.GetUtcNow(), options.Value) ? Rotate() : Task.CompletedTask;

    private ECDsa Newest()
    {
        if (_newest is not null) return _newest;
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(ring.State.Keys[0].PrivateKey, out _);
        return _newest = key;
    }

    private void Forget()
    {
        _newest?.Dispose();
        _newest = null;
    }
}
