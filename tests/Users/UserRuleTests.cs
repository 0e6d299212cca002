namespace OrleansSocial.Users;

public sealed class UserRuleTests
{
    private static readonly ProfileView s_alice = new(UserId.From(Guid.NewGuid()), "alice", "Alice", "Hello", DateTimeOffset.UnixEpoch, 3);

    [Theory]
    [InlineData(null, null, null, null)]
    [InlineData("Alice B", "Bye", 3, null)]
    [InlineData("👩‍👩‍👧‍👦", "مرحبا", null, null)]
    [InlineData("", null, null, "users.display_name")]
    [InlineData(" \t\n", null, null, "users.display_name")]
    [InlineData("a\0", null, null, "request.text_not_storable")]
    [InlineData(null, "a\0", null, "request.text_not_storable")]
    [InlineData(null, "", null, null)]
    [InlineData("Alice B", null, 2, "users.version")]
    [InlineData("Alice B", null, 0, "users.version")]
    [InlineData("", null, 2, "users.display_name")]
    public void A_change_is_refused_for_its_first_fault(string? name, string? bio, int? version, string? refusal)
    {
        Assert.Equal(refusal, UserRules.RefuseChange(s_alice, new(name, bio, version))?.Code);
    }

    [Fact]
    public void Lengths_are_counted_in_characters()
    {
        Assert.Null(UserRules.RefuseChange(s_alice, new(string.Concat(Enumerable.Repeat("🎉", 50)), string.Concat(Enumerable.Repeat("漢", 300)))));
        Assert.Equal("users.display_name", UserRules.RefuseChange(s_alice, new(new string('x', 51), null))?.Code);
        Assert.Equal("users.bio", UserRules.RefuseChange(s_alice, new(null, new string('x', 301)))?.Code);
        Assert.Equal("request.text_not_storable", UserRules.RefuseChange(s_alice, new("half \udc00", null))?.Code);
    }

    [Fact]
    public void A_change_raises_the_version_by_one_and_a_change_of_nothing_does_not()
    {
        Assert.Equal(s_alice with { DisplayName = "Al", Version = 4 }, UserRules.Apply(s_alice, new("Al", null)));
        Assert.Equal(s_alice with { Bio = "", Version = 4 }, UserRules.Apply(s_alice, new(null, "")));
        Assert.Same(s_alice, UserRules.Apply(s_alice, new(null, null)));
        Assert.Same(s_alice, UserRules.Apply(s_alice, new("Alice", "Hello")));
    }
}
