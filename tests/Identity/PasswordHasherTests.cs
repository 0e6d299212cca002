using Microsoft.Extensions.Options;

namespace OrleansSocial.Identity;

public sealed class PasswordHasherTests
{
    [Fact]
    public async Task A_hash_is_a_PHC_string_of_argon2id_that_knows_its_own_password_only()
    {
        using var hasher = Hasher();

        var phc = (await hasher.Hash("correct horse battery")).Value;
        var again = (await hasher.Hash("correct horse battery")).Value;

        Assert.StartsWith("$argon2id$v=19$m=64,t=1,p=1$", phc, StringComparison.Ordinal);
        Assert.NotEqual(phc, again);
        Assert.True((await hasher.Verify(phc, "correct horse battery")).Value.Right);
        Assert.False((await hasher.Verify(phc, "correct horse batterY")).Value.Right);
        Assert.False((await hasher.Verify(phc, "")).Value.Right);
    }

    [Theory]
    [InlineData("correct\0horse", "correct")]
    [InlineData("пароль", "парол")]
    [InlineData("e\u0301", "\u00e9")]
    public async Task Passwords_are_told_apart_byte_for_byte(string password, string other)
    {
        using var hasher = Hasher();

        var phc = (await hasher.Hash(password)).Value;

        Assert.True((await hasher.Verify(phc, password)).Value.Right);
        Assert.False((await hasher.Verify(phc, other)).Value.Right);
    }

    [Fact]
    public async Task A_hash_with_older_limits_is_made_anew_when_its_password_comes()
    {
        using var before = Hasher();
        using var now = Hasher(o => o.HashMemoryKiB = 128);
        var old = (await before.Hash("correct horse battery")).Value;

        Assert.Null((await now.Verify(old, "wrong horse battery")).Value.Rehashed);
        var rehashed = (await now.Verify(old, "correct horse battery")).Value.Rehashed;

        Assert.StartsWith("$argon2id$v=19$m=128,t=1,p=1$", rehashed, StringComparison.Ordinal);
        Assert.Null((await now.Verify(rehashed, "correct horse battery")).Value.Rehashed);
    }

    [Fact]
    public async Task A_hash_that_libsodium_wrote_knows_its_password()
    {
        const string Phc = "$argon2id$v=19$m=64,t=1,p=1$J5mVy6Eh3gWPTjk/n/DYwg$r1CuLLpsxEY+9evF4oJhXCWVk2PMy9btULhTElj4v0A";
        using var hasher = Hasher();

        Assert.Equal(new PasswordCheck(true, null), (await hasher.Verify(Phc, "correct horse battery")).Value);
        Assert.False((await hasher.Verify(Phc, "correct horse batterY")).Value.Right);
    }

    [Theory]
    [InlineData("$argon2i$v=19$m=64,t=1,p=1$J5mVy6Eh3gWPTjk/n/DYwg$r1CuLLpsxEY+9evF4oJhXCWVk2PMy9btULhTElj4v0A")]
    [InlineData("$argon2id$v=16$m=64,t=1,p=1$J5mVy6Eh3gWPTjk/n/DYwg$r1CuLLpsxEY+9evF4oJhXCWVk2PMy9btULhTElj4v0A")]
    [InlineData("$argon2id$v=19$m=64,t=1,p=1$J5mVy6Eh3gWPTjk/n/DYwg$r1CuLLpsxEY+9evF4oJhXCWVk2PMy9btULhTElj4v0A\n")]
    [InlineData("$argon2id$v=19$m=64,t=1,p=1$J5mVy6Eh3gWPTjk/n/DYwg$r1CuLLpsxEY+9evF4oJhXCWVk2PMy9btULhTElj4")]
    [InlineData("$argon2id$v=19$m=0,t=1,p=1$J5mVy6Eh3gWPTjk/n/DYwg$r1CuLLpsxEY+9evF4oJhXCWVk2PMy9btULhTElj4v0A")]
    public async Task A_hash_of_another_form_matches_nothing(string phc)
    {
        using var hasher = Hasher();

        Assert.Equal(new PasswordCheck(false, null), (await hasher.Verify(phc, "correct horse battery")).Value);
    }

    [Fact]
    public async Task Without_an_account_every_password_is_wrong_and_a_broken_hash_matches_nothing()
    {
        using var hasher = Hasher();

        Assert.Equal(new PasswordCheck(false, null), (await hasher.Verify(null, "correct horse battery")).Value);
        Assert.False((await hasher.Verify("not a hash", "correct horse battery")).Value.Right);
        Assert.False((await hasher.Verify("", "")).Value.Right);
    }

    [Fact]
    public async Task When_too_many_wait_one_more_is_refused_and_those_who_wait_are_answered()
    {
        using var hasher = Hasher(o => (o.HashParallelism, o.HashQueueMax, o.HashOperations, o.HashMemoryKiB) = (1, 2, 3, 65536));

        var all = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => hasher.Hash("correct horse battery")));

        Assert.Contains(all, o => o.Refusal?.Code == "identity.busy");
        Assert.Contains(all, o => o.Accepted);
        Assert.All(all, o => Assert.True(o.Accepted || o.Refusal == IdentityRefusals.Busy));
    }

    [Fact]
    public async Task After_the_node_goes_down_passwords_are_refused_as_busy()
    {
        var hasher = Hasher();
        hasher.Dispose();

        Assert.Equal("identity.busy", (await hasher.Hash("correct horse battery")).Refusal?.Code);
    }

    private static PasswordHasher Hasher(Action<IdentityOptions>? change = null)
    {
        var options = new IdentityOptions { HashOperations = 1, HashMemoryKiB = 64 };
        change?.Invoke(options);
        return new(Options.Create(options));
    }
}
