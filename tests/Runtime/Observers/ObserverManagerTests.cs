using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Utilities;

namespace Orleans.Conformance.Observers;

[Feature("Observers", "ObserverManager")]
public sealed class ObserverManagerTests
{
    private DateTime _now = new(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private readonly ObserverManager<string, List<string>> _manager;

    public ObserverManagerTests() =>
        _manager = new(TimeSpan.FromMinutes(5), NullLogger.Instance) { GetDateTime = () => _now };

    [Fact]
    public void Observers_are_notified_until_they_leave()
    {
        var (alice, bob) = (new List<string>(), new List<string>());
        _manager.Subscribe("alice", alice);
        _manager.Subscribe("bob", bob);
        _manager.Unsubscribe("bob");

        _manager.Notify(o => o.Add("hello"));

        Assert.Equal(["hello"], alice);
        Assert.Empty(bob);
        Assert.Equal(1, _manager.Count);
    }

    [Fact]
    public void An_observer_that_does_not_renew_expires()
    {
        var (alice, bob) = (new List<string>(), new List<string>());
        _manager.Subscribe("alice", alice);
        _manager.Subscribe("bob", bob);
        _now += TimeSpan.FromMinutes(4);
        _manager.Subscribe("alice", alice);
        _now += TimeSpan.FromMinutes(4);

        _manager.Notify(o => o.Add("hello"));

        Assert.Equal(["hello"], alice);
        Assert.Empty(bob);
        Assert.Equal(["alice"], _manager.Observers.Keys);
    }

    [Fact]
    public async Task An_observer_that_throws_is_removed_after_all_were_notified()
    {
        var bob = new List<string>();
        _manager.Subscribe("alice", []);
        _manager.Subscribe("bob", bob);

        await _manager.Notify(o => ReferenceEquals(o, bob) ? Say(o) : throw new InvalidOperationException());

        Assert.Equal(["hello"], bob);
        Assert.Equal(["bob"], _manager.Observers.Keys);

        static Task Say(List<string> to)
        {
            to.Add("hello");
            return Task.CompletedTask;
        }
    }

    [Fact]
    public void A_predicate_chooses_observers()
    {
        var (alice, bob) = (new List<string> { "member" }, new List<string>());
        _manager.Subscribe("alice", alice);
        _manager.Subscribe("bob", bob);

        _manager.Notify(o => o.Add("hello"), o => o.Count > 0);

        Assert.Equal(2, alice.Count);
        Assert.Empty(bob);
    }

    [Fact]
    public void Expired_observers_can_be_cleared_and_all_of_them_too()
    {
        _manager.Subscribe("alice", []);
        _now += TimeSpan.FromMinutes(6);
        _manager.Subscribe("bob", []);

        _manager.ClearExpired();
        Assert.Single(_manager);
        _manager.Clear();
        Assert.Empty(_manager);
    }
}
