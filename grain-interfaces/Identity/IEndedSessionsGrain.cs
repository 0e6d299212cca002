namespace OrleansSocial.Identity;

/// <summary>Reads the sessions that ended while their access tokens still live; one on each silo. Key: 0. Reads only.</summary>
[Alias("identity.ended-sessions")]
public interface IEndedSessionsGrain : IGrainWithIntegerKey
{
    /// <summary>What ended since a horizon. Start with 0 and go on with the horizon of the answer.</summary>
    /// <remarks>Nothing is passed over, in whatever order sessions are committed; some come more than once.</remarks>
    [Alias("since")]
    Task<EndedSessionsPage> Since(ulong horizon);
}

/// <summary>A session whose access tokens are to be refused.</summary>
/// <param name="Session">Which.</param>
/// <param name="TokensUntil">No access token of it is valid after this anyway, UTC.</param>
[GenerateSerializer, Immutable, Alias("identity.ended-session")]
public sealed record EndedSession([property: Id(0)] SessionId Session, [property: Id(1)] DateTimeOffset TokensUntil);

/// <summary>A stretch of ended sessions.</summary>
/// <param name="Sessions">In no order that matters.</param>
/// <param name="Horizon">Where to go on.</param>
/// <param name="More">There is more to read at once from <paramref name="Horizon"/>.</param>
[GenerateSerializer, Immutable, Alias("identity.ended-sessions-page")]
public sealed record EndedSessionsPage(
    [property: Id(0)] IReadOnlyList<EndedSession> Sessions,
    [property: Id(1)] ulong Horizon,
    [property: Id(2)] bool More);
