using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;

namespace OrleansSocial.Identity;

public sealed class AccessTokenTests : IDisposable
{
    private readonly TokenForge _forge = new();

    public void Dispose() => _forge.Dispose();

    [Fact]
    public async Task A_token_that_the_silo_writes_is_believed_by_the_edge()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var keys = KeySet.Empty.Renewed(new(TokenForge.Terms, [new("k", key.ExportSubjectPublicKeyInfo(), TokenForge.Now.AddDays(1))]));
        var claims = new AccessClaims(
            "orleans-social", "people", TokenForge.Alice, TokenForge.Device, "alice", TokenForge.Now, TokenForge.Now.AddMinutes(10), "one");

        var (token, fault) = await AccessTokenVerifier.Verify(AccessTokenWriter.Write(key, "k", claims), keys, TokenForge.Now);

        Assert.Equal(TokenFault.None, fault);
        Assert.Equal(new Caller(TokenForge.Alice, TokenForge.Device, "alice"), token!.Caller);
        Assert.Equal(TokenForge.Now.AddMinutes(10), token.ExpiresAt);
    }

    [Fact]
    public async Task A_key_that_was_let_go_of_and_read_again_signs()
    {
        using var stored = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var keys = KeySet.Empty.Renewed(new(TokenForge.Terms, [new("k", stored.ExportSubjectPublicKeyInfo(), TokenForge.Now.AddDays(1))]));
        var claims = new AccessClaims(
            "orleans-social", "people", TokenForge.Alice, TokenForge.Device, "alice", TokenForge.Now, TokenForge.Now.AddMinutes(10), "one");

        for (var time = 0; time < 3; time++)
        {
            using var read = ECDsa.Create(stored.ExportParameters(includePrivateParameters: true));

            Assert.Equal(TokenFault.None, (await AccessTokenVerifier.Verify(AccessTokenWriter.Write(read, "k", claims), keys, TokenForge.Now)).Fault);
        }
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
        var key = KeySet.Import(new("k", published.ExportSubjectPublicKeyInfo(), TokenForge.Now));
        var verifier = key.CryptoProviderFactory.CreateForVerifying(key, SecurityAlgorithms.EcdsaSha256);
        var (input, signature) = (Encoding.ASCII.GetBytes(Input), TokenForge.Unpart(Signature));

        Assert.True(verifier.Verify(input, signature));

        for (var bit = 0; bit < signature.Length * 8; bit += 37)
        {
            var changed = signature.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(verifier.Verify(input, changed));
        }
    }

    [Theory]
    [InlineData("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", TokenFault.Algorithm)]
    [InlineData("eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.", TokenFault.Encoding)]
    public async Task The_examples_of_RFC_7519_are_well_formed_elsewhere_and_refused_here(string token, object fault)
    {
        Assert.Equal(fault, await Verify(token));
    }

    /// <summary>Each token is properly signed, so only the rule that it breaks can refuse it.</summary>
    public static TheoryData<string, string> BrokenClaims() => new()
    {
        { nameof(TokenFault.Issuer), TokenForge.ClaimsWith(("iss", "\"someone-else\"")) },
        { nameof(TokenFault.Claims), TokenForge.ClaimsWith(("iss", null)) },
        { nameof(TokenFault.Claims), TokenForge.ClaimsWith(("iss", "7")) },
        { nameof(TokenFault.Audience), TokenForge.ClaimsWith(("aud", "\"other-people\"")) },
        { nameof(TokenFault.Issuer), TokenForge.ClaimsWith(("iss", "\"Orleans-Social\"")) },
        { nameof(TokenFault.Audience), TokenForge.ClaimsWith(("aud", "\"people/\"")) },
        { nameof(TokenFault.Audience), TokenForge.ClaimsWith(("aud", "\"People\"")) },
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
        { nameof(TokenFault.Claims), TokenForge.Claims[..^1] + ",\"sub\":\"0198f3a2-0000-7000-8000-00000000000b\"}" },
        { nameof(TokenFault.Claims), TokenForge.Claims + "{}" },
        { nameof(TokenFault.Claims), "[]" },
        { nameof(TokenFault.Claims), "\"text\"" },
        { nameof(TokenFault.Claims), "not json" },
        { nameof(TokenFault.Claims), """{"a":{"a":{"a":{"a":{"a":1}}}}}""" },
    };

    [Theory]
    [MemberData(nameof(BrokenClaims))]
    public async Task Claims_that_ours_never_have_are_refused(string fault, string claims)
    {
        Assert.Equal(fault, (await Verify(_forge.Sign(claims: claims))).ToString());
    }

    public static TheoryData<string, string> BrokenHeaders() => new()
    {
        { nameof(TokenFault.Algorithm), """{"alg":"none","typ":"JWT","kid":"key-of-this-test"}""" },
        { nameof(TokenFault.Algorithm), """{"alg":"None","typ":"JWT","kid":"key-of-this-test"}""" },
        { nameof(TokenFault.Algorithm), """{"alg":"es256","typ":"JWT","kid":"key-of-this-test"}""" },
        { nameof(TokenFault.Algorithm), """{"alg":"ES384","typ":"JWT","kid":"key-of-this-test"}""" },
        { nameof(TokenFault.Algorithm), """{"alg":"RS256","typ":"JWT","kid":"key-of-this-test"}""" },
        { nameof(TokenFault.Header), """{"alg":["ES256"],"typ":"JWT","kid":"key-of-this-test"}""" },
        { nameof(TokenFault.Header), """{"typ":"JWT","kid":"key-of-this-test"}""" },
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
        { nameof(TokenFault.Header), """{"alg":"ES256","alg":"none","typ":"JWT","kid":"key-of-this-test"}""" },
        { nameof(TokenFault.Header), """{"alg":"ES256","typ":"JWT","kid":"key-of-this-test","kid":"another-key"}""" },
        { nameof(TokenFault.Header), "[]" },
        { nameof(TokenFault.Header), "{" },
        { nameof(TokenFault.Header), "null" },
    };

    [Theory]
    [MemberData(nameof(BrokenHeaders))]
    public async Task Headers_that_ours_never_have_are_refused_however_well_they_are_signed(string fault, string header)
    {
        Assert.Equal(fault, (await Verify(_forge.Sign(header))).ToString());
    }

    [Fact]
    public async Task A_public_key_is_no_secret_to_sign_with()
    {
        Assert.Equal(TokenFault.Algorithm, await Verify(_forge.SignWithPublicKeyAsSecret()));
    }

    [Fact]
    public async Task Tokens_that_are_not_three_whole_canonical_parts_are_refused()
    {
        var good = _forge.Sign();
        var parts = good.Split('.');
        Assert.Equal(TokenFault.None, await Verify(good));

        Assert.Equal(TokenFault.Size, await Verify(null));
        Assert.Equal(TokenFault.Parts, await Verify(""));
        Assert.Equal(TokenFault.Encoding, await Verify(".."));
        Assert.Equal(TokenFault.Parts, await Verify($"{parts[0]}.{parts[1]}"));
        Assert.Equal(TokenFault.Parts, await Verify(good + ".x"));
        Assert.Equal(TokenFault.Parts, await Verify(new string('.', AccessTokenForm.CharsMax)));
        Assert.Equal(TokenFault.Encoding, await Verify($"{parts[0]}.{parts[1]}."));
        Assert.Equal(TokenFault.Encoding, await Verify(good + "="));
        Assert.Equal(TokenFault.Encoding, await Verify(good + "=="));
        Assert.Equal(TokenFault.Encoding, await Verify(good + "\n"));
        Assert.Equal(TokenFault.Encoding, await Verify(" " + good));
        Assert.Equal(TokenFault.Encoding, await Verify($"{parts[0]}.{parts[1]}\u0661.{parts[2]}"));
        Assert.Equal(TokenFault.Size, await Verify(good + new string('A', AccessTokenForm.CharsMax)));
        Assert.NotEqual(TokenFault.None, await Verify($"{parts[1]}.{parts[0]}.{parts[2]}"));
        Assert.NotEqual(TokenFault.None, await Verify($"{parts[0]}.{parts[2]}.{parts[1]}"));
        for (var cut = 1; cut < good.Length; cut += 11) Assert.NotEqual(TokenFault.None, await Verify(good[..^cut]));
    }

    [Fact]
    public async Task Spare_bits_at_the_end_of_a_part_are_refused()
    {
        // 64 bytes leave four spare bits in the last character; another value of them decodes to the same signature.
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        var good = _forge.Sign();

        var twin = good[..^1] + Alphabet[Alphabet.IndexOf(good[^1], StringComparison.Ordinal) | 1];

        Assert.Equal(TokenFault.Encoding, await Verify(twin));
    }

    [Fact]
    public async Task Signatures_of_another_form_or_of_nothing_are_refused()
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

        await Assert.AllAsync(bad, async signature => Assert.Equal(TokenFault.Signature, await Verify($"{input}.{TokenForge.Part(signature)}")));
    }

    [Fact]
    public async Task Claims_changed_after_signing_are_refused()
    {
        var parts = _forge.Sign().Split('.');
        var bobs = TokenForge.Part(TokenForge.ClaimsWith(("sub", "\"0198f3a2-0000-7000-8000-00000000000b\"")));

        Assert.Equal(TokenFault.Signature, await Verify($"{parts[0]}.{bobs}.{parts[2]}"));
    }

    [Fact]
    public async Task A_key_verifies_until_its_last_token_has_ended_and_not_after()
    {
        var token = _forge.Sign();

        Assert.Equal(TokenFault.None, (await AccessTokenVerifier.Verify(token, _forge.Keys(TokenForge.Now.AddSeconds(1)), TokenForge.Now)).Fault);
        Assert.Equal(TokenFault.Key, (await AccessTokenVerifier.Verify(token, _forge.Keys(TokenForge.Now), TokenForge.Now)).Fault);
    }

    [Theory]
    [InlineData(-6, nameof(TokenFault.Time))]
    [InlineData(-5, nameof(TokenFault.None))]
    [InlineData(0, nameof(TokenFault.None))]
    [InlineData(604, nameof(TokenFault.None))]
    [InlineData(605, nameof(TokenFault.Expired))]
    public async Task A_token_is_good_from_its_beginning_to_its_end_give_or_take_five_seconds(int secondsLater, string fault)
    {
        var at = TokenForge.Now.AddSeconds(secondsLater);

        Assert.Equal(fault, (await AccessTokenVerifier.Verify(_forge.Sign(), _forge.Keys(), at)).Fault.ToString());
    }

    [Fact]
    public void A_key_of_another_curve_is_not_taken()
    {
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var publicKey = p384.ExportSubjectPublicKeyInfo();

        Assert.Throws<CryptographicException>(() => KeySet.Import(new("k", publicKey, TokenForge.Now)));
    }

    private async Task<TokenFault> Verify(string? token) => (await AccessTokenVerifier.Verify(token, _forge.Keys(), TokenForge.Now)).Fault;
}
