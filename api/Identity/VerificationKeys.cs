using System.Buffers.Text;
using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace OrleansSocial.Identity;

/// <summary>The cluster's verification keys as this node last read them.</summary>
internal sealed class VerificationKeys(IGrainFactory grains, TimeProvider clock) : IDisposable
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
                _known = _known.Renewed(await grains.GetGrain<IKeyRingGrain>(0).Keys());
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
}

/// <summary>A set of verification keys by their ids, and what tokens have in common.</summary>
internal sealed class KeySet(TokenTerms terms, FrozenDictionary<string, (SecurityKey Key, DateTimeOffset NotAfter)> keys)
{
    private const string P256 = "1.2.840.10045.3.1.7";

    /// <summary>No keys.</summary>
    public static readonly KeySet Empty = new(
        new("", "", TimeSpan.Zero, TimeSpan.Zero), FrozenDictionary<string, (SecurityKey Key, DateTimeOffset NotAfter)>.Empty);

    /// <summary>What tokens have in common.</summary>
    public TokenTerms Terms => terms;

    /// <summary>The key of an id, unless its last token has ended.</summary>
    public SecurityKey? Find(string keyId, DateTimeOffset now) => keys.TryGetValue(keyId, out var held) && now < held.NotAfter ? held.Key : null;

    /// <summary>The set for a new reading; a key that is known already is not imported again. An id is the hash of its key and never means another.</summary>
    public KeySet Renewed(KeyRing read) => new(read.Terms, read.Keys.ToFrozenDictionary(
        k => k.KeyId,
        k => (keys.TryGetValue(k.KeyId, out var held) ? held.Key : Import(k), k.NotAfter),
        StringComparer.Ordinal));

    /// <summary>Imports a SubjectPublicKeyInfo of P-256, the curve of ES256 (RFC 7518, 3.4). As a JSON Web Key, the library makes a handle of it for each thread that verifies.</summary>
    /// <exception cref="CryptographicException">It is not a P-256 key.</exception>
    public static SecurityKey Import(VerificationKey read)
    {
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(read.PublicKey, out _);
        var parameters = key.ExportParameters(includePrivateParameters: false);
        if (parameters.Curve.Oid.Value != P256) throw new CryptographicException("The key is not of P-256.");
        return new JsonWebKey
        {
            Kid = read.KeyId,
            Kty = JsonWebAlgorithmsKeyTypes.EllipticCurve,
            Crv = JsonWebKeyECTypes.P256,
            X = Base64Url.EncodeToString(parameters.Q.X),
            Y = Base64Url.EncodeToString(parameters.Q.Y),
        };
    }
}
