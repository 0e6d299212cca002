namespace OrleansSocial.Identity;

/// <summary>The sessions that ended while their access tokens still live, as this node knows them: at most a second late.</summary>
public interface IEndedSessions
{
    /// <summary>True when the session has ended and its access tokens are refused.</summary>
    bool Contains(SessionId session);

    /// <summary>Calls <paramref name="ended"/> once for each session that ends from now on, until disposed. It must not block or throw.</summary>
    IDisposable Subscribe(Action<SessionId> ended);
}
