namespace OrleansSocial.Realtime;

/// <summary>The connections of one person, with a clock that stands in the test.</summary>
public sealed class ConnectionsTests
{
    private static readonly DateTimeOffset s_noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_person_may_have_only_so_many_connections()
    {
        var connections = new Connections(2);
        var (first, second) = (NewConnection(), NewConnection());

        Assert.NotNull(connections.Attach(first, null!, s_noon, () => 1));
        Assert.NotNull(connections.Attach(second, null!, s_noon, () => 2));
        Assert.Null(connections.Attach(NewConnection(), null!, s_noon, () => 3));
        Assert.NotNull(connections.Attach(first, null!, s_noon.AddSeconds(30), () => 4));

        connections.Check();
        Assert.Equal(2, connections.Count);
    }

    [Fact]
    public void A_renewed_lease_stays_the_same_attachment_and_a_lost_one_does_not()
    {
        var connections = new Connections(2);
        var phone = NewConnection();
        connections.Attach(phone, null!, s_noon.AddSeconds(30), () => 1);

        Assert.Equal(1, connections.Attach(phone, null!, s_noon.AddSeconds(40), () => 2)!.Attachment);
        connections.Expire(s_noon.AddSeconds(40), TimeSpan.Zero);
        Assert.Equal(3, connections.Attach(phone, null!, s_noon.AddSeconds(70), () => 3)!.Attachment);
    }

    [Fact]
    public void Who_has_left_lingers_and_who_comes_back_in_time_was_never_away()
    {
        var connections = new Connections(2);
        var phone = NewConnection();
        connections.Attach(phone, null!, s_noon.AddSeconds(30), () => 1);

        connections.Detach(phone, s_noon.AddSeconds(5));
        connections.Expire(s_noon.AddSeconds(4), TimeSpan.FromSeconds(5));
        Assert.True(connections.Present);

        connections.Attach(phone, null!, s_noon.AddSeconds(40), () => 2);
        connections.Expire(s_noon.AddSeconds(10), TimeSpan.FromSeconds(5));
        connections.Check();
        Assert.True(connections.Present);

        connections.Detach(phone, s_noon.AddSeconds(15));
        connections.Expire(s_noon.AddSeconds(15), TimeSpan.FromSeconds(5));
        Assert.False(connections.Present);
        Assert.Null(connections.NextExpiry);
    }

    [Fact]
    public void Broken_invariants_of_connections_are_found()
    {
        var none = new Connections(0);
        typeof(Connections).GetProperty(nameof(Connections.LingersUntil))!.SetValue(none, s_noon);
        none.Check();

        var one = new Connections(1);
        one.Attach(NewConnection(), null!, s_noon, () => 1);
        typeof(Connections).GetProperty(nameof(Connections.LingersUntil))!.SetValue(one, s_noon);
        Assert.Contains("Invariant 2", Assert.Throws<InvalidOperationException>(one.Check).Message, StringComparison.Ordinal);
    }

    private static ConnectionId NewConnection() => Ids.New<ConnectionId>(TimeProvider.System);
}
