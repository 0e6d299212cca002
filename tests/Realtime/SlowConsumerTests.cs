using Microsoft.Extensions.DependencyInjection;
using OrleansSocial.Chat;

namespace OrleansSocial.Realtime;

/// <summary>A connection that does not take what it is sent.</summary>
public sealed class SlowConsumerTests
{
    [Fact]
    public async Task A_slow_connection_is_closed_with_a_resumable_code_and_resumes_without_a_gap()
    {
        await using var host = await SocialHost.Start(configure: app => app.Configuration["Social:Live:QueueFramesMax"] = "16");
        var (alice, bob, room) = await host.Pair();
        await using var alices = await LiveClient.Subscribed(alice);
        await using var quick = await LiveClient.Subscribed(await bob.AnotherDevice());
        await using var slow = await RawLiveClient.Connect(bob, reads: false);
        var subscribed = slow.Invoke("Subscribe", "[null]");
        var teller = host.Services.GetRequiredService<ILiveTeller>();

        // Events that fill every buffer between the server and a client that does not read, at the pace of one that does.
        var text = new string('x', 16_000);
        for (var sent = 0; sent < 400; sent++)
        {
            teller.Tell(new Audience(bob.Id), new LiveEvent(ChatLive.Typing.Name, new Filler(sent, text)));
            if (sent % 8 == 7) await Eventually(() => Assert.True(quick.Events.Count() > sent, "the quick one keeps up"));
        }

        slow.ReadOn();

        await Eventually(() => Assert.Equal("realtime.slow_consumer", slow.ClosingCode));
        await Eventually(() => Assert.True(slow.MayReconnect));
        var cursor = (await subscribed).GetProperty("value").GetProperty("cursor").GetString();
        await alices.Send(room, "after the slow one was closed");
        await using var again = await LiveClient.Subscribed(bob, cursor);
        Assert.Contains("after the slow one was closed", again.Texts);
        await Eventually(() => Assert.Contains("after the slow one was closed", quick.Texts));
        Assert.Null(quick.ClosingCode);
    }

    private sealed record Filler(int Number, string Text);
}
