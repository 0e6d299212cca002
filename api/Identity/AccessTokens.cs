using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace OrleansSocial.Identity;

/// <summary>Verifies access tokens for the edge: the pure verifier, with the cluster's keys and the sessions that have ended.</summary>
internal sealed class AccessTokens(VerificationKeys keys, EndedSessions ended, TimeProvider clock)
{
    private const int RememberedMax = 20_000;

    private readonly VerifiedTokens _verified = new(RememberedMax);

    /// <summary>From when on it is no longer good here: its own end, and what clocks may differ by.</summary>
    public DateTimeOffset EndOf(AccessToken token) => token.ExpiresAt + keys.Known.Terms.Skew;

    /// <summary>Whether a session has ended.</summary>
    public async ValueTask<bool> HasEnded(SessionId session, CancellationToken cancellation)
    {
        await ended.Loaded(cancellation);
        return ended.Contains(session);
    }

    /// <summary>The token when it is good now, or why it is not.</summary>
    public async ValueTask<(AccessToken? Token, TokenFault Fault)> Verify(string text, CancellationToken cancellation)
    {
        if (text.Length > AccessTokenForm.CharsMax) return (null, TokenFault.Size);
        await ended.Loaded(cancellation);

        var digest = VerifiedTokens.Digest(text);
        if (_verified.Find(digest) is not { } token)
        {
            var known = keys.Known;
            var (verified, fault) = await AccessTokenVerifier.Verify(text, known, clock.GetUtcNow());
            if (fault == TokenFault.Key)
                (verified, fault) = await AccessTokenVerifier.Verify(text, await keys.NewerThan(known, cancellation), clock.GetUtcNow());
            if (verified is null) return (null, fault);
            token = verified;
            _verified.Add(digest, token);
        }

        if (ended.Contains(token.Caller.Session)) return (null, TokenFault.SessionEnded);
        return clock.GetUtcNow() >= EndOf(token) ? (null, TokenFault.Expired) : (token, TokenFault.None);
    }
}

/// <summary>Remembers tokens whose signature was checked, by their hash. Bounded: when one half is full, the older half is dropped.</summary>
internal sealed class VerifiedTokens(int max)
{
    private readonly int _half = max / 2;
    private ConcurrentDictionary<TokenDigest, AccessToken> _young = [];
    private ConcurrentDictionary<TokenDigest, AccessToken> _old = [];
    private int _count;

    /// <summary>The hash under which a token is remembered.</summary>
    public static TokenDigest Digest(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(text.AsSpan()), hash);
        return MemoryMarshal.Read<TokenDigest>(hash);
    }

    /// <summary>The token that was remembered, or null.</summary>
    public AccessToken? Find(TokenDigest digest) =>
        _young.TryGetValue(digest, out var token) || _old.TryGetValue(digest, out token) ? token : null;

    /// <summary>Remembers a token.</summary>
    public void Add(TokenDigest digest, AccessToken token)
    {
        if (_half == 0 || !_young.TryAdd(digest, token) || Interlocked.Increment(ref _count) < _half) return;
        _old = Interlocked.Exchange(ref _young, []);
        _count = 0;
    }
}

/// <summary>A SHA-256 hash as a key.</summary>
internal readonly record struct TokenDigest(UInt128 First, UInt128 Second);
