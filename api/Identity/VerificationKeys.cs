using System.Buffers.Text;
using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;

namespace OrleansSocial.Identity;

/// <summary>The cluster's verification keys as this node last read them: again when there are news of them, and for a token whose key is not among them.</summary>
internal sealed partial class VerificationKeys : BackgroundService
{
    private const int WaitingMax = 256;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_retryPause = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly IGrainFactory _grains;
    private readonly Repeater _repeater;
    private readonly TimeProvider _clock;
    private readonly ILogger<VerificationKeys> _log;
    private readonly Bell _news;
    private volatile KeySet _known = KeySet.Empty;
    private long? _readAt;
    private int _waiting;

    /// <summary>Listens for news of keys.</summary>
    public VerificationKeys(IGrainFactory grains, Repeater repeater, NodeNews news, TimeProvider clock, ILogger<VerificationKeys> log)
    {
        (_grains, _repeater, _clock, _log, _news) = (grains, repeater, clock, log, new Bell(clock));
        news.Subscribe(NewsTopic.Keys, _news.Ring);
    }

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
            return await Read(seen, cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _one.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await _news.Wait(Timeout.InfiniteTimeSpan, stoppingToken);
                await Read(seen: null, stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                // Tried again in a moment; meanwhile a token of a new key asks by itself.
                LogNotRead(fault.Message);
                _news.Ring();
                await Task.Delay(s_retryPause, _clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                // The node stops.
            }
        }
    }

    /// <summary>Reads the keys, one reading at a time and not too many a second, unless others than <paramref name="seen"/> have come meanwhile.</summary>
    private async Task<KeySet> Read(KeySet? seen, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            if (seen is not null && !ReferenceEquals(_known, seen)) return _known;
            if (_readAt is { } at && _clock.GetElapsedTime(at) is var elapsed && elapsed < s_pause)
                await Task.Delay(s_pause - elapsed, _clock, cancellation);
            _known = _known.Renewed(await Ask(_grains.GetGrain<IKeyRingGrain>(0), cancellation));
            _readAt = _clock.GetTimestamp();
            return _known;
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<KeyRing> Ask(IKeyRingGrain ring, CancellationToken cancellation)
    {
        try
        {
            return await ring.Keys();
        }
        catch (Exception fault) when (_repeater.Repeats(fault))
        {
            return await _repeater.Again(fault, ring, static ring => new ValueTask<KeyRing>(ring.Keys()), cancellation);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The keys of the cluster could not be read; trying again: {Cause}")]
    private partial void LogNotRead(string cause);
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
