using System.Net;
using System.Text.Json;

namespace Orleans.Conformance.Identity;

[Feature("Grains", "Grain keys of every kind, GrainId, key texts")]
public sealed class IdentityTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(10, "A")]
    [InlineData(255, "FF")]
    [InlineData(-1, "FFFFFFFFFFFFFFFF")]
    [InlineData(long.MinValue, "8000000000000000")]
    [InlineData(long.MaxValue, "7FFFFFFFFFFFFFFF")]
    public void An_integer_key_is_upper_case_hexadecimal_without_padding(long key, string text)
    {
        var id = new GrainId(GrainType.Create("note"), GrainIdKeyExtensions.CreateIntegerKey(key));

        Assert.Equal(text, id.Key.ToString());
        Assert.Equal(key, id.GetIntegerKey());
    }

    [Fact]
    public void A_guid_key_is_its_32_digits()
    {
        var key = new Guid("00112233-4455-6677-8899-AABBCCDDEEFF");
        var id = new GrainId(GrainType.Create("note"), GrainIdKeyExtensions.CreateGuidKey(key));

        Assert.Equal("00112233445566778899aabbccddeeff", id.Key.ToString());
        Assert.Equal(key, id.GetGuidKey());
    }

    [Fact]
    public void A_compound_key_is_key_plus_extension()
    {
        var integer = new GrainId(GrainType.Create("note"), GrainIdKeyExtensions.CreateIntegerKey(42, "room+1"));
        var guid = new GrainId(GrainType.Create("note"), GrainIdKeyExtensions.CreateGuidKey(Guid.Empty, "Zimmer"));

        Assert.Equal("2A+room+1", integer.Key.ToString());
        Assert.Equal(42, integer.GetIntegerKey(out var first));
        Assert.Equal("room+1", first);
        Assert.Equal(Guid.Empty, guid.GetGuidKey(out var second));
        Assert.Equal("Zimmer", second);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void A_blank_key_or_extension_is_refused(string blank)
    {
        Assert.ThrowsAny<ArgumentException>(() => GrainId.Create("note", blank));
        Assert.ThrowsAny<ArgumentException>(() => GrainIdKeyExtensions.CreateGuidKey(Guid.Empty, blank));
        Assert.ThrowsAny<ArgumentException>(() => GrainIdKeyExtensions.CreateIntegerKey(1, blank));
    }

    [Theory]
    [InlineData("user/alice", "user", "alice")]
    [InlineData("user/a/b", "user", "a/b")]
    [InlineData("a b/ü", "a b", "ü")]
    public void A_grain_id_is_read_back_from_its_text(string text, string type, string key)
    {
        var id = GrainId.Parse(text);

        Assert.Equal(type, id.Type.ToString());
        Assert.Equal(key, id.Key.ToString());
        Assert.Equal(text, id.ToString());
        Assert.Equal(text, $"{id}");
        Assert.True(GrainId.TryParse(text, out var again));
        Assert.Equal(id, again);
        Assert.Equal(id.GetHashCode(), again.GetHashCode());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("alice")]
    [InlineData("/alice")]
    [InlineData("user/")]
    public void Other_text_is_no_grain_id(string? text) => Assert.False(GrainId.TryParse(text, out _));

    [Fact]
    public void A_grain_id_crosses_JSON_as_value_and_as_property_name()
    {
        var notes = new Dictionary<GrainId, GrainId> { [GrainId.Create("user", "alice")] = GrainId.Create("user", "bob/1") };

        var json = JsonSerializer.Serialize(notes);
        var read = JsonSerializer.Deserialize<Dictionary<GrainId, GrainId>>(json);

        Assert.Equal("""{"user/alice":"user/bob/1"}""", json);
        Assert.Equal(notes, read);
    }

    [Fact]
    public void Ids_order_by_type_and_then_by_key()
    {
        GrainId[] ids = [GrainId.Create("b", "1"), GrainId.Create("a", "2"), GrainId.Create("a", "10")];

        Assert.Equal(["a/10", "a/2", "b/1"], ids.Order().Select(i => i.ToString()));
    }

    [Fact]
    public void Hashes_for_every_process_differ_by_key()
    {
        var hashes = Enumerable.Range(0, 10_000).Select(i => GrainId.Create("user", $"user:{i}").GetUniformHashCode()).ToHashSet();

        Assert.True(hashes.Count > 9_990);
        Assert.Equal(GrainId.Create("user", "alice").GetUniformHashCode(), GrainId.Create("user", "alice").GetUniformHashCode());
    }

    [Theory]
    [InlineData("", 0x02CC5D05u)]
    [InlineData("a", 0x550D7456u)]
    [InlineData("abc", 0x32D153FFu)]
    [InlineData("Nobody inspects the spammish repetition", 0xE2293B2Fu)]
    public void The_stable_hash_is_xxHash32(string text, uint hash) => Assert.Equal(hash, StableHash.ComputeHash(System.Text.Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("127.0.0.1:11111@7")]
    [InlineData("::1:443@-3")]
    public void A_silo_address_is_read_back_from_its_text(string text)
    {
        var address = SiloAddress.FromParsableString(text);

        Assert.Equal(text, address.ToParsableString());
        Assert.Equal(address, SiloAddress.FromParsableString(text));
    }

    [Fact]
    public void A_silo_address_names_one_life_of_a_silo()
    {
        var first = SiloAddress.New(IPAddress.Loopback, 11111, 1);
        var second = SiloAddress.New(IPAddress.Loopback, 11111, 2);

        Assert.NotEqual(first, second);
        Assert.True(first.CompareTo(second) < 0);
        Assert.Equal(first, SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 11111), 1));
    }
}
