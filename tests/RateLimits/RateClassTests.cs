using OrleansSocial.Chat;

namespace OrleansSocial.RateLimits;

public sealed class RateClassTests
{
    [Fact]
    public void What_a_slice_declares_beside_its_routes_has_a_limit_under_its_name_in_upper_or_lower_case()
    {
        var options = new RateLimitsOptions();

        Assert.Same(ChatEndpoints.Messages, Rates.Named("messages"));
        Assert.Equal(new RateLimit(60, 20), options.Of(ChatEndpoints.Messages).Limit());
        Assert.Same(options.Find("Messages"), options.Find("MESSAGES"));
        Assert.Null(options.Find("Messagez"));
        Assert.Throws<InvalidOperationException>(() => Rates.Named("Messagez"));
    }

    [Fact]
    public void Two_classes_of_one_name_are_refused()
    {
        Assert.Equal(["Posts"], Rates.In([typeof(Posts), typeof(Likes)]).Keys);
        Assert.Equal("Two rate classes are named Posts.", Assert.Throws<InvalidOperationException>(() => Rates.In([typeof(Posts), typeof(OtherPosts)])).Message);
    }

    private static class Posts
    {
        public static readonly Rate Rate = new("Posts", tokensMax: 30, tokensPerSecond: 1);
    }

    private static class OtherPosts
    {
        public static readonly Rate Rate = new("posts", tokensMax: 30, tokensPerSecond: 1);
    }

    private static class Likes;
}
