using Microsoft.Extensions.DependencyInjection;

namespace OrleansSocial.Realtime;

/// <summary>Pushes to a connection that overtake each other on their way to its node.</summary>
public sealed class OvertakingTests
{
    [Fact]
    public async Task Pushes_that_overtake_each_other_are_heard_in_order_and_nothing_is_read_again()
    {
        // However busy the machine is, the one that is waited for comes.
        var way = new Way();
        await using var host = await SocialHost.Start(configure: app =>
        {
            app.Configuration["Social:Live:HoldMillisecondsMax"] = "60000";
            way.Join(app.Services);
        });
        var (alices, bobs, room) = await host.LivePair();
        await using var one = alices;
        await using var other = bobs;

        way.Overtaking = true;
        for (var i = 0; i < 20; i++) await alices.Send(room, $"{i}");

        await Eventually(() => Assert.Equal(20, bobs.Texts.Count()));
        Assert.True(way.Overtaken >= 5, $"{way.Overtaken} pushes were overtaken");
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i}"), bobs.Texts);
        Assert.Equal(0, way.ReadSince);
    }

    [Fact]
    public async Task What_waits_for_a_push_that_never_comes_goes_out_soon_and_the_missing_one_is_read()
    {
        // No position comes for a minute that could tell of the loss.
        var way = new Way();
        await using var host = await SocialHost.Start(configure: app =>
        {
            app.Configuration["Social:Realtime:VerifySeconds"] = "60";
            way.Join(app.Services);
        });
        var (alices, bobs, room) = await host.LivePair();
        await using var one = alices;
        await using var other = bobs;

        way.LosesNext = true;
        await alices.Send(room, "lost");
        await Eventually(() => Assert.False(way.LosesNext));
        await alices.Send(room, "next");

        await Eventually(() => Assert.Equal(["lost", "next"], bobs.Texts.Distinct().Order(StringComparer.Ordinal)));
    }

    /// <summary>The way from a person's grain to the node of a connection.</summary>
    private sealed class Way : IOutgoingGrainCallFilter
    {
        private TaskCompletionSource? _waiting;
        private int _overtaken;
        private int _read;

        /// <summary>Whether every other push waits until the one after it has passed.</summary>
        public volatile bool Overtaking;

        /// <summary>Whether the next push is lost.</summary>
        public volatile bool LosesNext;

        public int Overtaken => Volatile.Read(ref _overtaken);

        /// <summary>How often somebody read from a cursor since pushes overtake each other.</summary>
        public int ReadSince => Volatile.Read(ref _read);

        public void Join(IServiceCollection services) => services.AddSingleton<IOutgoingGrainCallFilter>(this);

        public async Task Invoke(IOutgoingGrainCallContext context)
        {
            if (context.MethodName == nameof(IUserStreamGrain.Read) && Overtaking) Interlocked.Increment(ref _read);
            if (context.MethodName != nameof(IConnectionObserver.Push) || context.Request.GetArgument(0) is not LiveEvent { IsUnbroken: true })
            {
                await context.Invoke();
                return;
            }

            if (LosesNext)
            {
                LosesNext = false;
                return;
            }

            if (Overtaking && Interlocked.CompareExchange(ref _waiting, new(TaskCreationOptions.RunContinuationsAsynchronously), null) is null)
            {
                await _waiting!.Task;
                await context.Invoke();
                return;
            }

            await context.Invoke();
            if (Interlocked.Exchange(ref _waiting, null) is { } first)
            {
                Interlocked.Increment(ref _overtaken);
                first.SetResult();
            }
        }
    }
}
