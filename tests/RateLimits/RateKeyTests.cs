using System.Net;

namespace OrleansSocial.RateLimits;

public sealed class RateKeyTests
{
    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7", true)]
    [InlineData("192.0.2.7", "192.0.2.8", false)]
    [InlineData("192.0.2.7", "::ffff:192.0.2.7", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("::1", "0.0.0.1", false)]
    [InlineData("fe80::1%3", "fe80::2%7", true)]
    public void Addresses_share_a_bucket_when_they_are_one_machine_or_one_network_of_IPv6(string one, string other, bool same)
    {
        var a = RateKey.Of(Rate.Reads, IPAddress.Parse(one));
        var b = RateKey.Of(Rate.Reads, IPAddress.Parse(other));

        Assert.Equal(same, a == b);
        Assert.Equal(same, a.GrainKey() == b.GrainKey());
    }

    [Fact]
    public void Classes_people_addresses_and_names_never_share_a_bucket()
    {
        var person = UserId.From(new Guid("00000000-0000-0000-0000-0000c0000207"));
        RateKey[] keys =
        [
            RateKey.Of(Rate.Reads, person),
            RateKey.Of(Rate.Writes, person),
            RateKey.Of(Rate.Reads, IPAddress.Parse("192.0.2.7")),
            RateKey.Of(Rate.Reads, IPAddress.Parse("2001:db8::1")),
            RateKey.Of(Rate.Live, "alice"),
            RateKey.Of(Rate.Live, "bob"),
            RateKey.Of(Rate.Reads, (IPAddress?)null),
        ];

        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Equal(keys.Length, keys.Select(k => k.GrainKey()).Distinct().Count());
        Assert.All(keys, k => Assert.StartsWith("rate:", k.GrainKey(), StringComparison.Ordinal));
    }
}
