namespace OrleansSocial.Identity;

public sealed class VerifiedTokensTests
{
    private static readonly AccessToken s_token = new(new(TokenForge.Alice, TokenForge.Device, "alice"), TokenForge.Now);

    [Fact]
    public void A_token_is_remembered_by_its_whole_text()
    {
        var tokens = new VerifiedTokens(10);
        tokens.Add(VerifiedTokens.Digest("one"), s_token);

        Assert.Same(s_token, tokens.Find(VerifiedTokens.Digest("one")));
        Assert.Null(tokens.Find(VerifiedTokens.Digest("One")));
        Assert.Null(tokens.Find(VerifiedTokens.Digest("on")));
    }

    [Fact]
    public void Only_so_many_are_remembered_and_the_newest_are_among_them()
    {
        var tokens = new VerifiedTokens(10);
        for (var i = 0; i < 1000; i++) tokens.Add(VerifiedTokens.Digest($"{i}"), s_token);

        var remembered = Enumerable.Range(0, 1000).Where(i => tokens.Find(VerifiedTokens.Digest($"{i}")) is not null).ToList();

        Assert.InRange(remembered.Count, 5, 10);
        Assert.Equal(Enumerable.Range(1000 - remembered.Count, remembered.Count), remembered);
    }

    [Fact]
    public void With_no_room_nothing_is_remembered()
    {
        var tokens = new VerifiedTokens(0);
        tokens.Add(VerifiedTokens.Digest("one"), s_token);

        Assert.Null(tokens.Find(VerifiedTokens.Digest("one")));
    }
}
