namespace OrleansSocial.Realtime;

/// <summary>Connections that do what no client does end with a code that says so, and nobody else's.</summary>
[Collection(SharedApplication.Name)]
public sealed class HostileHubTests(SharedHost shared)
{
    [Fact]
    public async Task A_message_that_is_too_large_ends_its_connection_with_a_code_before_it_is_read()
    {
        var alice = await shared.Host.Person("alice");
        await using var large = await RawLiveClient.Connect(alice);
        await using var other = await RawLiveClient.Connect(alice);

        _ = large.Invoke("Send", $"[\"0198f3a2-0000-7000-8000-00000000dead\",\"k\",\"{new string('x', 300_000)}\"]").ContinueWith(_ => { }, TaskScheduler.Default);

        await Eventually(() => Assert.Equal("realtime.message_too_large", large.ClosingCode));
        Assert.Null(LiveClient.Code(await other.Invoke("Inbox", "[null,10]")));
    }

    [Fact]
    public async Task Frames_that_are_no_calls_are_charged()
    {
        await using var flood = await RawLiveClient.Connect(await shared.Host.Person("alice"));

        for (var i = 0; i < 99; i++) await flood.SendRaw("{\"type\":6}");
        Assert.Null(LiveClient.Code(await flood.Invoke("Inbox", "[null,10]")));
        Assert.Null(flood.ClosingCode);
        await Eventually(async () =>
        {
            for (var i = 0; i < 50; i++) await flood.SendRaw("{\"type\":3,\"invocationId\":\"1\",\"result\":1}");
            Assert.Equal("realtime.too_many_frames", flood.ClosingCode);
        });
    }

    [Fact]
    public async Task Whoever_does_nothing_but_what_is_refused_is_sent_away()
    {
        await using var host = await SocialHost.Start(configure: app => app.Configuration["Social:Live:RefusalsMax"] = "10");
        await using var hostile = await RawLiveClient.Connect(await host.Person("mallory"));

        for (var i = 0; i < 9; i++) Assert.Equal("realtime.watch_count", LiveClient.Code(await hostile.Invoke("Watch", "[null]")));
        Assert.Null(LiveClient.Code(await hostile.Invoke("Inbox", "[null,10]")));
        for (var i = 0; i < 9; i++) Assert.Equal("realtime.watch_count", LiveClient.Code(await hostile.Invoke("Watch", "[null]")));
        Assert.Null(hostile.ClosingCode);
        await hostile.SendRaw("""{"type":1,"invocationId":"x","target":"Watch","arguments":[null]}""");

        await Eventually(() => Assert.Equal("realtime.too_many_refusals", hostile.ClosingCode));
    }

    [Fact]
    public async Task A_client_that_sends_nothing_is_gone()
    {
        await using var host = await SocialHost.Start(configure: app => app.Configuration["Social:Live:SilenceSecondsMax"] = "60");
        var (alice, bob, _) = await host.Pair();
        await using var silent = await RawLiveClient.Connect(alice);
        Assert.Null(LiveClient.Code(await silent.Invoke("Subscribe", "[null]")));
        await Eventually(async () => Assert.True((await bob.Get<PresenceList>($"/v1/presence?users={alice.Id}")).Items[0].Online));

        await host.Time.Until(() => Assert.Equal("realtime.silent", silent.ClosingCode));
        Assert.True(silent.MayReconnect);
    }
}
