using System.Collections.Frozen;

namespace OrleansSocial.Identity;

/// <summary>The cluster's verification keys as this node last read them.</summary>
internal sealed class VerificationKeys(IGrainFactory grains, Repeater repeater, TimeProvider clock) : IDisposable
{
    private const int WaitingMax = 256;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    private readonly SemaphoreSlim _one = new(1, 1);
    private volatile KeySet _known = KeySet.Empty;
    private long? _readAt;
    private int _waiting;

    /// <summary>What is known now.</summary>
    public KeySet Known => _known;

    /// <summary>Reads the keys again, for a token whose key is not in <paramref name="seen"/>. Whoever asks meanwhile shares the answer.</summary>
    /// <remarks>Forged key ids cost the cluster at most four reads a second, and are turned away at once when too many wait.</remarks>
    public async Task<KeySet> NewerThan(KeySet seen, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _waiting) > WaitingMax)
        {
            Interlocked.Decrement(ref _waiting);
            return _known;
        }

        try
        {
            await _one.WaitAsync(cancellation);
            try
            {
                if (!ReferenceEquals(_known, seen)) return _known;
                if (_readAt is { } at && clock.GetElapsedTime(at) is var elapsed && elapsed < s_pause)
                    await Task.Delay(s_pause - elapsed, clock, cancellation);
                _known = _known.Renewed(await Read(grains.GetGrain<IKeyRingGrain>(0), cancellation));
                _readAt = clock.GetTimestamp();
                return _known;
            }
            finally
            {
                _one.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private async Task<KeyRing> Read(IKeyRingGrain ring, CancellationToken cancellation)
    {
        try
        {
            return await ring.Keys();
        }
        catch (Exception fault) when (repeater.Repeats(fault))
        {
            return await repeater.Again(fault, ring, static ring => new ValueTask<KeyRing>(ring.Keys()), cancellation);
        }
    }
}

/// <summary>A set of verification keys by their ids, and what tokens have in common.</summary>
internal sealed class KeySet(TokenTerms terms, FrozenDictionary<string, (Es256Key Key, DateTimeOffset NotAfter)> keys)
{
    /// <summary>No keys.</summary>
    public static readonly KeySet Empty = new(
        new("", "", TimeSpan.Zero, TimeSpan.Zero), FrozenDictionary<string, (Es256Key Key, DateTimeOffset NotAfter)>.Empty);

    /// <summary>What tokens have in common.</summary>
    public TokenTerms Terms => terms;

    /// <summary>The key of an id, unless its last token has ended.</summary>
    public Es256Key? Find(string keyId, DateTimeOffset now) => keys.TryGetValue(keyId, out var held) && now < held.NotAfter ? held.Key : null;

    /// <summary>The set for a new reading; a key that is known already is not imported again. An id is the hash of its key and never means another.</summary>
    public KeySet Renewed(KeyRing read) => new(read.Terms, read.Keys.ToFrozenDictionary(
        k => k.KeyId,
        k => (keys.TryGetValue(k.KeyId, out var held) ? held.Key : new Es256Key(k.PublicKey), k.NotAfter),
        StringComparer.Ordinal));
}
