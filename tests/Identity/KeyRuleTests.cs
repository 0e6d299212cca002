namespace OrleansSocial.Identity;

public sealed class KeyRuleTests
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly IdentityOptions s_options = new();

    [Fact]
    public void A_ring_without_a_key_is_stale_and_one_with_a_fresh_key_is_not()
    {
        Assert.True(KeyRules.IsStale(new(), s_start, s_options));
        Assert.False(KeyRules.IsStale(First(), s_start.AddDays(29), s_options));
        Assert.True(KeyRules.IsStale(First(), s_start.AddDays(30), s_options));
    }

    [Fact]
    public void After_a_rotation_the_new_key_signs_and_the_old_one_verifies_until_its_last_token_has_ended()
    {
        var later = s_start.AddDays(3);
        var ring = KeyRules.Rotate(First(), KeyRules.Make(later, s_options), later, s_options);

        Assert.Equal(2, KeyRules.Verifying(ring, later).Count);
        Assert.Equal(ring.Keys[0].KeyId, KeyRules.Verifying(ring, later)[0].KeyId);
        Assert.Equal(2, KeyRules.Verifying(ring, later.AddMinutes(10)).Count);
        Assert.Single(KeyRules.Verifying(ring, later.AddMinutes(10).AddSeconds(5)));
    }

    [Fact]
    public void Keys_whose_last_token_has_ended_leave_the_ring()
    {
        var ring = First();
        for (var day = 1; day <= 20; day++)
        {
            var now = s_start.AddDays(day);
            ring = KeyRules.Rotate(ring, KeyRules.Make(now, s_options), now, s_options);
        }

        Assert.Equal(2, ring.Keys.Count);
    }

    [Fact]
    public void Many_rotations_in_a_row_keep_every_key_that_may_still_verify()
    {
        var ring = First();
        for (var second = 1; second <= 5; second++)
        {
            var now = s_start.AddSeconds(second);
            ring = KeyRules.Rotate(ring, KeyRules.Make(now, s_options), now, s_options);
        }

        Assert.Equal(6, ring.Keys.Count);
        Assert.Equal(6, ring.Keys.Select(k => k.KeyId).Distinct().Count());
        Assert.All(ring.Keys.Skip(1), k => Assert.InRange(k.NotAfter, s_start.AddMinutes(10), s_start.AddMinutes(10).AddSeconds(10)));
    }

    private static KeyRingState First() => new() { Keys = [KeyRules.Make(s_start, s_options)] };
}
