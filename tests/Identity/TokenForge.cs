using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace OrleansSocial.Identity;

/// <summary>Makes tokens of every kind, honest and forged, with a key pair of its own.</summary>
internal sealed class TokenForge : IDisposable
{
    public const string KeyId = "key-of-this-test";

    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly UserId Alice = UserId.From(Guid.Parse("0198f3a2-0000-7000-8000-00000000000a"));
    public static readonly SessionId Device = SessionId.From(Guid.Parse("0198f3a2-0000-7000-8000-00000000000d"));

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public byte[] PublicKey => _key.ExportSubjectPublicKeyInfo();

    public static TokenTerms Terms { get; } = new("orleans-social", "people", TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(5));

    public static string Header => $$"""{"alg":"ES256","typ":"JWT","kid":"{{KeyId}}"}""";

    public static string Claims => ClaimsWith();

    public KeySet Keys(DateTimeOffset? notAfter = null) => KeySet.Empty.Renewed(new(Terms, [new(KeyId, PublicKey, notAfter ?? Now.AddDays(1))]));

    /// <summary>The claims of a good token, with some of them replaced by other JSON; null leaves one out.</summary>
    public static string ClaimsWith(params (string Name, string? Json)[] others)
    {
        var claims = new Dictionary<string, string?>
        {
            ["iss"] = "\"orleans-social\"",
            ["aud"] = "\"people\"",
            ["sub"] = $"\"{Alice}\"",
            ["sid"] = $"\"{Device}\"",
            ["handle"] = "\"alice\"",
            ["iat"] = Seconds(0),
            ["nbf"] = Seconds(0),
            ["exp"] = Seconds(600),
            ["jti"] = "\"one\"",
        };
        foreach (var (name, json) in others) claims[name] = json;
        return "{" + string.Join(",", claims.Where(c => c.Value is not null).Select(c => $"\"{c.Key}\":{c.Value}")) + "}";
    }

    public static string Seconds(int fromNow) => (Now.ToUnixTimeSeconds() + fromNow).ToString(System.Globalization.CultureInfo.InvariantCulture);

    public static string Part(string text) => Part(Encoding.UTF8.GetBytes(text));

    public static string Part(byte[] bytes) => Base64Url.EncodeToString(bytes);

    public static byte[] Unpart(string part) => Base64Url.DecodeFromChars(part);

    /// <summary>A token with this header and these claims, signed properly.</summary>
    public string Sign(string? header = null, string? claims = null) => SignParts(Part(header ?? Header), Part(claims ?? Claims));

    public string SignParts(string header, string claims) => $"{header}.{claims}.{Part(Signature($"{header}.{claims}"))}";

    public byte[] Signature(string input, DSASignatureFormat format = DSASignatureFormat.IeeeP1363FixedFieldConcatenation) =>
        _key.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256, format);

    /// <summary>The classic: a token that says HS256 and is signed with the public key as its secret.</summary>
    public string SignWithPublicKeyAsSecret()
    {
        var input = $"{Part($$"""{"alg":"HS256","typ":"JWT","kid":"{{KeyId}}"}""")}.{Part(Claims)}";
        return $"{input}.{Part(HMACSHA256.HashData(PublicKey, Encoding.ASCII.GetBytes(input)))}";
    }

    public void Dispose() => _key.Dispose();
}
