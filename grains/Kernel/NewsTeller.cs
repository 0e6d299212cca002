using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Runtime.Services;
using Orleans.Services;

namespace OrleansSocial.Kernel;

/// <summary>The ear of each silo for what others tell.</summary>
[Alias("kernel.news-service")]
internal interface INewsService : IGrainService
{
    /// <summary>Something has changed.</summary>
    [Alias("tell"), OneWay]
    Task Tell(NewsTopic topic);

    /// <summary>Answers, and does nothing else.</summary>
    [Alias("answer")]
    Task Answer();
}

/// <summary>Puts what other silos tell on the board of its own.</summary>
internal sealed class NewsService(GrainId id, Silo silo, ILoggerFactory loggers, NewsBoard board) : GrainService(id, silo, loggers), INewsService
{
    public Task Tell(NewsTopic topic)
    {
        board.Note(topic);
        return Task.CompletedTask;
    }

    public Task Answer() => Task.CompletedTask;
}

/// <summary>Tells every silo that something has changed, after the change is durable. Nobody waits for it, and a word that is lost costs nothing but time.</summary>
internal sealed partial class NewsTeller(IServiceProvider services, IClusterMembershipService cluster, ILocalSiloDetails me, NewsBoard board, ILogger<NewsTeller> log)
    : GrainServiceClient<INewsService>(services)
{
    /// <summary>The other silos that serve.</summary>
    public IEnumerable<SiloAddress> Others => cluster.CurrentSnapshot.Members.Values
        .Where(member => member.Status == SiloStatus.Active && !member.SiloAddress.Equals(me.SiloAddress))
        .Select(member => member.SiloAddress);

    /// <summary>Tells the silos that serve, this one first.</summary>
    public void Tell(NewsTopic topic)
    {
        board.Note(topic);
        foreach (var silo in Others)
        {
            try
            {
                _ = GetGrainService(silo).Tell(topic);
            }
            catch (Exception fault)
            {
                // What is told is done already, and whoever told it must not fail for it.
                LogNotTold(topic, silo, fault.Message);
            }
        }
    }

    /// <summary>Ends once another silo has answered.</summary>
    public Task Ask(SiloAddress silo) => GetGrainService(silo).Answer();

    [LoggerMessage(Level = LogLevel.Debug, Message = "The news of {Topic} were not told to {Silo}: {Cause}")]
    private partial void LogNotTold(NewsTopic topic, SiloAddress silo, string cause);
}
