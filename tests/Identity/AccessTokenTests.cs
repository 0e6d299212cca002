using System.Security.Cryptography;
using System.Text;

namespace OrleansSocial.Identity;

public sealed class AccessTokenTests : IDisposable
{
    private readonly TokenForge _forge = new();

    public void Dispose() => _forge.Dispose();

    [Fact]
    public void A_token_that_the_silo_writes_is_believed_by_the_edge()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var keys = KeySet.Empty.Renewed(new(TokenForge.Terms, [new("k", key.ExportSubjectPublicKeyInfo(), TokenForge.Now.AddDays(1))]));
        var claims = new AccessClaims(
            "orleans-social", "people", TokenForge.Alice, TokenForge.Device, "alice", TokenForge.Now, TokenForge.Now.AddMinutes(10), "one");

        var fault = AccessTokenVerifier.Verify(AccessTokenWriter.Write(key, "k", claims), keys, TokenForge.Now, out var token);

        Assert.Equal(TokenFault.None, fault);
        Assert.Equal(new Caller(TokenForge.Alice, TokenForge.Device, "alice"), token!.Caller);
        Assert.Equal(TokenForge.Now.AddMinutes(10), token.ExpiresAt);
    }

    [Fact]
    public void The_ES256_example_of_RFC_7515_A_3_verifies_and_fails_with_one_bit_changed()
    {
        const string Input = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        const string Signature = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
        using var published = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new()
            {
                X = TokenForge.Unpart("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
                Y = TokenForge.Unpart("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"),
            },
        });
        using var key = new Es256Key(published.ExportSubjectPublicKeyInfo());

        Assert.Equal(TokenFault.None, CompactJws.Read($"{Input}.{Signature}", out var jws));
        Assert.Equal("ES256", CompactJws.Text(jws!.Header, "alg"));
        Assert.Equal(Input, Encoding.ASCII.GetString(jws.SigningInput));
        Assert.True(key.Verify(jws.SigningInput, jws.Signature));

        for (var bit = 0; bit < jws.Signature.Length * 8; bit += 37)
        {
            var changed = jws.Signature.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(key.Verify(jws.SigningInput, changed));
        }
    }

    [Theory]
    [InlineData("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", TokenFault.Algorithm)]
    [InlineData("eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.", TokenFault.Encoding)]
    public void The_examples_of_RFC_7519_are_well_formed_elsewhere_and_refused_here(string token, object fault)
    {
        Assert.Equal(fault, Verify(token));
    }

    /// <summary>Each token is properly signed, so only the rule that it breaks can refuse it.</summary>
    public static TheoryData<string, string> BrokenClaims() => new()
    {
        { nameof(TokenFault.Issuer), TokenForge.ClaimsWith(("iss", "\"someone-else\"")) },
        { nameof(TokenFault.Claims), TokenForge.ClaimsWith(("iss", null)) },
        { nameof(TokenFault.Claims), TokenForge.ClaimsWith(("iss", "7")) },
        { nameof(TokenFault.Audience), TokenForge.ClaimsWith(("aud", "\"other-people\"")) },
        { nameof(TokenFault.Claims), TokenForge.ClaimsWith(("aud", "[\"people\"]")) },
        { nameof(TokenFault.Claims), TokenForge.ClaimsWith(("aud", null)) },
        { nameof(TokenFault.Claims), TokenForge.ClaimsWith(("sub", "\"alice\"")) },
        { nameof(TokenFault.Claims), TokenForge.ClaimsWith(("sub", "\"00000000-0000-0000-0000-000000000000\"")) },
        { nameof(TokenFault.Claims), TokenForge.ClaimsWith(("sub", null)) },
        { nameof(TokenFault.Claims), TokenForge.ClaimsWith(("sid", null)) },
        { nameof(TokenFault.Claims), TokenForge.ClaimsWith(("sid", "{}")) },
        { nameof(TokenFault.Claims), TokenForge.ClaimsWith(("handle", "\"\"")) },
        { nameof(TokenFault.Claims), TokenForge.ClaimsWith(("handle", "\"\\ud800\"")) },
        { nameof(TokenFault.Claims), TokenForge.ClaimsWith(("jti", null)) },
        { nameof(TokenFault.Claims), TokenForge.ClaimsWith(("exp", null)) },
        { nameof(TokenFault.Claims), TokenForge.ClaimsWith(("exp", $"\"{TokenForge.Seconds(600)}\"")) },
        { nameof(TokenFault.Claims), TokenForge.ClaimsWith(("exp", $"{TokenForge.Seconds(600)}.5")) },
        { nameof(TokenFault.Claims), TokenForge.ClaimsWith(("exp", "1e300")) },
        { nameof(TokenFault.Claims), TokenForge.ClaimsWith(("exp", "9223372036854775807")) },
        { nameof(TokenFault.Claims), TokenForge.ClaimsWith(("exp", "-1")) },
        { nameof(TokenFault.Claims), TokenForge.ClaimsWith(("nbf", null)) },
        { nameof(TokenFault.Claims), TokenForge.ClaimsWith(("iat", "null")) },
        { nameof(TokenFault.Expired), TokenForge.ClaimsWith(("exp", TokenForge.Seconds(-5))) },
        { nameof(TokenFault.Expired), TokenForge.ClaimsWith(("exp", "0")) },
        { nameof(TokenFault.Time), TokenForge.ClaimsWith(("nbf", TokenForge.Seconds(6))) },
        { nameof(TokenFault.Time), TokenForge.ClaimsWith(("iat", TokenForge.Seconds(6)), ("exp", TokenForge.Seconds(600))) },
        { nameof(TokenFault.Time), TokenForge.ClaimsWith(("exp", TokenForge.Seconds(606))) },
        { nameof(TokenFault.Time), TokenForge.ClaimsWith(("iat", TokenForge.Seconds(-600)), ("exp", TokenForge.Seconds(86400))) },
        { nameof(TokenFault.Json), TokenForge.Claims[..^1] + ",\"sub\":\"0198f3a2-0000-7000-8000-00000000000b\"}" },
        { nameof(TokenFault.Json), TokenForge.Claims + "{}" },
        { nameof(TokenFault.Json), "[]" },
        { nameof(TokenFault.Json), "\"text\"" },
        { nameof(TokenFault.Json), "not json" },
        { nameof(TokenFault.Json), """{"a":{"a":{"a":{"a":{"a":1}}}}}""" },
    };

    [Theory]
    [MemberData(nameof(BrokenClaims))]
    public void Claims_that_ours_never_have_are_refused(string fault, string claims)
    {
        Assert.Equal(fault, Verify(_forge.Sign(claims: claims)).ToString());
    }

    public static TheoryData<string, string> BrokenHeaders() => new()
    {
        { nameof(TokenFault.Algorithm), """{"alg":"none","typ":"JWT","kid":"key-of-this-test"}""" },
        { nameof(TokenFault.Algorithm), """{"alg":"None","typ":"JWT","kid":"key-of-this-test"}""" },
        { nameof(TokenFault.Algorithm), """{"alg":"es256","typ":"JWT","kid":"key-of-this-test"}""" },
        { nameof(TokenFault.Algorithm), """{"alg":"ES384","typ":"JWT","kid":"key-of-this-test"}""" },
        { nameof(TokenFault.Algorithm), """{"alg":"RS256","typ":"JWT","kid":"key-of-this-test"}""" },
        { nameof(TokenFault.Algorithm), """{"alg":["ES256"],"typ":"JWT","kid":"key-of-this-test"}""" },
        { nameof(TokenFault.Algorithm), """{"typ":"JWT","kid":"key-of-this-test"}""" },
        { nameof(TokenFault.Header), """{"alg":"ES256","kid":"key-of-this-test"}""" },
        { nameof(TokenFault.Header), """{"alg":"ES256","typ":"JWE","kid":"key-of-this-test"}""" },
        { nameof(TokenFault.Header), """{"alg":"ES256","typ":"JWT"}""" },
        { nameof(TokenFault.Header), """{"alg":"ES256","typ":"JWT","kid":""}""" },
        { nameof(TokenFault.Header), """{"alg":"ES256","typ":"JWT","kid":7}""" },
        { nameof(TokenFault.Header), """{"alg":"ES256","typ":"JWT","kid":"key-of-this-test","crit":["exp"],"exp":1}""" },
        { nameof(TokenFault.Header), """{"alg":"ES256","typ":"JWT","kid":"key-of-this-test","jku":"https://example.com/keys"}""" },
        { nameof(TokenFault.Header), """{"alg":"ES256","typ":"JWT","kid":"key-of-this-test","jwk":{"kty":"EC"}}""" },
        { nameof(TokenFault.Header), """{"alg":"ES256","typ":"JWT","kid":"key-of-this-test","x5c":[]}""" },
        { nameof(TokenFault.Header), """{"alg":"ES256","typ":"JWT","kid":"key-of-this-test","b64":false}""" },
        { nameof(TokenFault.Key), """{"alg":"ES256","typ":"JWT","kid":"another-key"}""" },
        { nameof(TokenFault.Key), """{"alg":"ES256","typ":"JWT","kid":"../../etc/passwd"}""" },
        { nameof(TokenFault.Key), """{"alg":"ES256","typ":"JWT","kid":"' OR 1=1 --"}""" },
        { nameof(TokenFault.Json), """{"alg":"ES256","alg":"none","typ":"JWT","kid":"key-of-this-test"}""" },
        { nameof(TokenFault.Json), """{"alg":"ES256","typ":"JWT","kid":"key-of-this-test","kid":"another-key"}""" },
        { nameof(TokenFault.Json), "[]" },
        { nameof(TokenFault.Json), "{" },
        { nameof(TokenFault.Json), "null" },
    };

    [Theory]
    [MemberData(nameof(BrokenHeaders))]
    public void Headers_that_ours_never_have_are_refused_however_well_they_are_signed(string fault, string header)
    {
        Assert.Equal(fault, Verify(_forge.Sign(header)).ToString());
    }

    [Fact]
    public void A_public_key_is_no_secret_to_sign_with()
    {
        Assert.Equal(TokenFault.Algorithm, Verify(_forge.SignWithPublicKeyAsSecret()));
    }

    [Fact]
    public void Tokens_that_are_not_three_whole_canonical_parts_are_refused()
    {
        var good = _forge.Sign();
        var parts = good.Split('.');
        Assert.Equal(TokenFault.None, Verify(good));

        Assert.Equal(TokenFault.Size, Verify(null));
        Assert.Equal(TokenFault.Parts, Verify(""));
        Assert.Equal(TokenFault.Encoding, Verify(".."));
        Assert.Equal(TokenFault.Parts, Verify($"{parts[0]}.{parts[1]}"));
        Assert.Equal(TokenFault.Parts, Verify(good + ".x"));
        Assert.Equal(TokenFault.Parts, Verify(new string('.', CompactJws.CharsMax)));
        Assert.Equal(TokenFault.Encoding, Verify($"{parts[0]}.{parts[1]}."));
        Assert.Equal(TokenFault.Encoding, Verify(good + "="));
        Assert.Equal(TokenFault.Encoding, Verify(good + "=="));
        Assert.Equal(TokenFault.Encoding, Verify(good + "\n"));
        Assert.Equal(TokenFault.Encoding, Verify(" " + good));
        Assert.Equal(TokenFault.Encoding, Verify($"{parts[0]}.{parts[1]}\u0661.{parts[2]}"));
        Assert.Equal(TokenFault.Size, Verify(good + new string('A', CompactJws.CharsMax)));
        Assert.NotEqual(TokenFault.None, Verify($"{parts[1]}.{parts[0]}.{parts[2]}"));
        Assert.NotEqual(TokenFault.None, Verify($"{parts[0]}.{parts[2]}.{parts[1]}"));
        for (var cut = 1; cut < good.Length; cut += 11) Assert.NotEqual(TokenFault.None, Verify(good[..^cut]));
    }

    [Fact]
    public void Spare_bits_at_the_end_of_a_part_are_refused()
    {
        // 64 bytes leave four spare bits in the last character; another value of them decodes to the same signature.
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        var good = _forge.Sign();

        var twin = good[..^1] + Alphabet[Alphabet.IndexOf(good[^1], StringComparison.Ordinal) | 1];

        Assert.Equal(TokenFault.Encoding, Verify(twin));
    }

    [Fact]
    public void Signatures_of_another_form_or_of_nothing_are_refused()
    {
        var input = $"{TokenForge.Part(TokenForge.Header)}.{TokenForge.Part(TokenForge.Claims)}";
        var good = _forge.Signature(input);
        using var stranger = new TokenForge();

        byte[][] bad =
        [
            _forge.Signature(input, DSASignatureFormat.Rfc3279DerSequence),
            stranger.Signature(input),
            new byte[64],
            [.. good[..32], .. new byte[32]],
            [.. new byte[32], .. good[32..]],
            [.. Enumerable.Repeat((byte)0xFF, 64)],
            [.. good[32..], .. good[..32]],
            good[..63],
            [.. good, 0],
            [1],
        ];

        Assert.All(bad, signature => Assert.Equal(TokenFault.Signature, Verify($"{input}.{TokenForge.Part(signature)}")));
    }

    [Fact]
    public void Claims_changed_after_signing_are_refused()
    {
        var parts = _forge.Sign().Split('.');
        var bobs = TokenForge.Part(TokenForge.ClaimsWith(("sub", "\"0198f3a2-0000-7000-8000-00000000000b\"")));

        Assert.Equal(TokenFault.Signature, Verify($"{parts[0]}.{bobs}.{parts[2]}"));
    }

    [Fact]
    public void A_key_verifies_until_its_last_token_has_ended_and_not_after()
    {
        var token = _forge.Sign();

        Assert.Equal(TokenFault.None, AccessTokenVerifier.Verify(token, _forge.Keys(TokenForge.Now.AddSeconds(1)), TokenForge.Now, out _));
        Assert.Equal(TokenFault.Key, AccessTokenVerifier.Verify(token, _forge.Keys(TokenForge.Now), TokenForge.Now, out _));
    }

    [Theory]
    [InlineData(-6, nameof(TokenFault.Time))]
    [InlineData(-5, nameof(TokenFault.None))]
    [InlineData(0, nameof(TokenFault.None))]
    [InlineData(604, nameof(TokenFault.None))]
    [InlineData(605, nameof(TokenFault.Expired))]
    public void A_token_is_good_from_its_beginning_to_its_end_give_or_take_five_seconds(int secondsLater, string fault)
    {
        var at = TokenForge.Now.AddSeconds(secondsLater);

        Assert.Equal(fault, AccessTokenVerifier.Verify(_forge.Sign(), _forge.Keys(), at, out _).ToString());
    }

    [Fact]
    public void A_key_of_another_curve_is_not_taken()
    {
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var publicKey = p384.ExportSubjectPublicKeyInfo();

        Assert.Throws<CryptographicException>(() => new Es256Key(publicKey));
    }

    private TokenFault Verify(string? token) => AccessTokenVerifier.Verify(token, _forge.Keys(), TokenForge.Now, out _);
}
