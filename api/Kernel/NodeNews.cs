using System.Collections.Immutable;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OrleansSocial.Kernel;

/// <summary>Waits at a silo for what changes in the cluster, and tells those parts of this node that asked for it.</summary>
/// <remarks>
/// One question is under way at any time. Whatever breaks it, and the loss of any silo through which this node reaches the cluster, is
/// news of everything: what was on its way to this node may be lost as well.
/// </remarks>
internal sealed partial class NodeNews(IGrainFactory grains, IHostApplicationLifetime process, TimeProvider clock, ILogger<NodeNews> log)
    : BackgroundService, IClusterConnectionStatusObserver
{
    /// <summary>Between two questions: a burst of changes is one piece of news, and a silo that stops is not asked without end.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Before the next question when there was no answer.</summary>
    private static readonly TimeSpan s_retryPause = TimeSpan.FromMilliseconds(250);

    private ImmutableList<(NewsTopic Topic, Action Heard)> _subscribers = [];
    private TaskCompletionSource _lost = NewLoss();

    /// <summary>Calls <paramref name="heard"/> whenever there may be news of a topic. It must not block or throw.</summary>
    public void Subscribe(NewsTopic topic, Action heard) => ImmutableInterlocked.Update(ref _subscribers, list => list.Add((topic, heard)));

    /// <inheritdoc/>
    public void NotifyGatewayCountChanged(int currentNumberOfGateways, int previousNumberOfGateways, bool connectionRecovered)
    {
        if (currentNumberOfGateways < previousNumberOfGateways) Volatile.Read(ref _lost).TrySetResult();
    }

    /// <inheritdoc/>
    public void NotifyClusterConnectionLost() => Volatile.Read(ref _lost).TrySetResult();

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, process.ApplicationStopping);
        var (known, failing) = (News.Nothing, false);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                known = await Ask(known, stop.Token);
                failing = false;
                await Task.Delay(s_pause, clock, stop.Token);
            }
            catch (Exception fault) when (!stop.IsCancellationRequested)
            {
                // Once per outage: it is asked again in a moment.
                if (!failing) LogFailing(fault.Message);
                (known, failing) = (News.Nothing, true);
                await Task.Delay(s_retryPause, clock, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                // The node stops; nothing waits for the question that is under way.
            }
        }
    }

    private async Task<News> Ask(News known, CancellationToken stop)
    {
        var (lost, answer) = (_lost, grains.GetGrain<INewsGrain>(0).After(known));
        if (await Task.WhenAny(lost.Task, answer).WaitAsync(stop) == lost.Task)
        {
            _lost = NewLoss();
            return News.Nothing;
        }

        var news = await answer;
        if (news.Silos != known.Silos) Tell(NewsTopic.Silos);
        if (news.Sessions != known.Sessions) Tell(NewsTopic.Sessions);
        if (news.Keys != known.Keys) Tell(NewsTopic.Keys);
        return news;
    }

    private void Tell(NewsTopic topic)
    {
        foreach (var (about, heard) in _subscribers)
            if (about == topic)
                heard();
    }

    private static TaskCompletionSource NewLoss() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No silo tells this node what changes; asking again until one does: {Cause}")]
    private partial void LogFailing(string cause);
}
