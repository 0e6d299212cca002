using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Orleans.Storage;

namespace OrleansSocial.Kernel;

/// <summary>How long and for what a call is sent again.</summary>
public sealed class RepeaterTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly FakeTimeProvider _clock = new();
    private readonly Life _life = new();
    private int _calls;

    [Fact]
    public async Task A_call_is_sent_again_until_it_succeeds()
    {
        var answer = await Run(failures: 3);

        Assert.Equal("answered", answer);
        Assert.Equal(4, _calls);
    }

    [Fact]
    public async Task The_last_fault_comes_out_when_the_patience_is_at_its_end()
    {
        var began = _clock.GetTimestamp();

        var fault = await Assert.ThrowsAsync<SiloUnavailableException>(() => Run(failures: int.MaxValue));

        Assert.Equal($"call {_calls}", fault.Message);
        Assert.InRange(_calls, 10, 30);
        Assert.InRange(_clock.GetElapsedTime(began), s_patience - TimeSpan.FromSeconds(1), s_patience);
    }

    [Fact]
    public async Task Another_fault_comes_out_at_once()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => Run(failures: 2, then: new InvalidOperationException("a bug")));

        Assert.Equal(3, _calls);
    }

    [Fact]
    public async Task A_node_that_stops_repeats_nothing()
    {
        Assert.True(Repeater().Repeats(new SiloUnavailableException()));
        var waiting = Run(failures: int.MaxValue, onCall: () => _life.StopApplication());

        await Assert.ThrowsAsync<SiloUnavailableException>(() => waiting);
        Assert.Equal(2, _calls);
        Assert.False(Repeater().Repeats(new SiloUnavailableException()));
    }

    [Fact]
    public void No_patience_repeats_nothing() =>
        Assert.False(new Repeater(TimeSpan.Zero, _clock, _life).Repeats(new SiloUnavailableException()));

    public static TheoryData<Exception, bool> Faults() => new()
    {
        { new SiloUnavailableException(), true },
        { new OrleansException("Current directory is not stable"), true },
        { new InconsistentStateException("written elsewhere"), true },
        { new OrleansException("Error from storage provider", new InconsistentStateException("written elsewhere")), true },
        { new OrleansException("Error from storage provider", new DatabaseUnavailableException()), false },
        { new DatabaseUnavailableException(), false },
        { new TimeoutException(), false },
        { new LimitExceededException("queue", 1, 1, "full"), false },
        { new GatewayTooBusyException(), false },
        { new OperationCanceledException(), false },
        { new InvalidOperationException("a bug"), false },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Only_what_another_silo_may_answer_is_repeated(Exception fault, bool repeated)
        => Assert.Equal(repeated, Repeater().Repeats(fault));

    [Theory]
    [InlineData(0, 100)]
    [InlineData(1, 200)]
    [InlineData(3, 800)]
    [InlineData(4, 1000)]
    [InlineData(1000, 1000)]
    public void Pauses_grow_up_to_a_second_and_differ_by_chance(int tries, double milliseconds)
    {
        Assert.Equal(milliseconds, Kernel.Repeater.PauseBefore(tries, 0).TotalMilliseconds);
        Assert.Equal(milliseconds / 2, Kernel.Repeater.PauseBefore(tries, 1).TotalMilliseconds);
    }

    public void Dispose() => _life.Dispose();

    private Repeater Repeater() => new(s_patience, _clock, _life);

    private async Task<string> Run(int failures, Exception? then = null, Action? onCall = null)
    {
        var repeater = Repeater();
        ValueTask<string> Call()
        {
            if (++_calls > 1) onCall?.Invoke();
            return _calls <= failures ? throw new SiloUnavailableException($"call {_calls}")
                : then is null ? new("answered") : throw then;
        }

        async Task<string> First()
        {
            try
            {
                return await Call();
            }
            catch (Exception fault) when (repeater.Repeats(fault))
            {
                return await repeater.Again(fault, (Func<ValueTask<string>>)Call, static call => call(), CancellationToken.None);
            }
        }

        var all = First();
        while (!all.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }

        return await all;
    }

    private sealed class Life : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource _stopping = new();

        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => _stopping.Token;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => _stopping.Cancel();

        public void Dispose() => _stopping.Dispose();
    }
}
