using Orleans.Services;

namespace OrleansSocial.Realtime;

/// <summary>What one silo knows of who has a live connection somewhere in the cluster: whoever has none costs nothing.</summary>
public interface ILiveRoster
{
    /// <summary>Hands an event to a person's stream, or does nothing when it is known that nobody would get it. Best effort.</summary>
    /// <param name="user">Who hears.</param>
    /// <param name="stream">Their stream.</param>
    /// <param name="happened">What; stored before this call, if it ever is.</param>
    /// <param name="except">The connection that knows it already.</param>
    void Tell(UserId user, IUserStreamGrain stream, LiveEvent happened, ConnectionId? except);
}

/// <summary>The roster of one silo, as the streams of people reach it.</summary>
[Alias("realtime.roster-service")]
public interface ILiveRosterService : IGrainService
{
    /// <summary>A person has a live connection, who had none: forget that nobody was there.</summary>
    [Alias("came")]
    Task Came(UserId user);
}
