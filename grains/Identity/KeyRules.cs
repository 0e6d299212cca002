using System.Buffers.Text;
using System.Security.Cryptography;

namespace OrleansSocial.Identity;

/// <summary>Pure decisions about signing keys.</summary>
internal static class KeyRules
{
    /// <summary>A new P-256 key that may sign until it is old, and verify until the last token of it has ended.</summary>
    public static SigningKey Make(DateTimeOffset now, IdentityOptions options)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var publicKey = key.ExportSubjectPublicKeyInfo();
        return new()
        {
            KeyId = Base64Url.EncodeToString(SHA256.HashData(publicKey).AsSpan(0, 12)),
            PrivateKey = key.ExportPkcs8PrivateKey(),
            PublicKey = publicKey,
            CreatedAt = now,
            NotAfter = LastToken(now.AddDays(options.KeyDaysMax), options),
        };
    }

    /// <summary>Whether no key may sign any more: there is none, or the newest is old.</summary>
    public static bool IsStale(KeyRingState ring, DateTimeOffset now, IdentityOptions options) =>
        ring.Keys.Count == 0 || now >= ring.Keys[0].CreatedAt.AddDays(options.KeyDaysMax);

    /// <summary>The ring with a new key in front: the one before signs no more from now on, and those whose last token has ended are gone.</summary>
    public static KeyRingState Rotate(KeyRingState ring, SigningKey next, DateTimeOffset now, IdentityOptions options)
    {
        var last = LastToken(now, options);
        var kept = ring.Keys
            .Select(k => k.NotAfter > last ? k with { NotAfter = last } : k)
            .Where(k => k.NotAfter > now);
        return new() { Keys = [next, .. kept] };
    }

    /// <summary>The keys with which a token may be verified now, the newest first.</summary>
    public static IReadOnlyList<VerificationKey> Verifying(KeyRingState ring, DateTimeOffset now) =>
        [.. ring.Keys.Where(k => k.NotAfter > now).Select(k => new VerificationKey(k.KeyId, k.PublicKey, k.NotAfter))];

    private static DateTimeOffset LastToken(DateTimeOffset lastSigned, IdentityOptions options) =>
        lastSigned.AddMinutes(options.AccessMinutes).AddSeconds(options.ClockSkewSeconds);
}
