namespace OrleansSocial.Chat;

/// <summary>Lets each member say that they are writing, and not more often than they may.</summary>
internal sealed class TypingPace(TimeSpan pause, TimeProvider clock)
{
    private readonly Dictionary<UserId, long> _saidAt = [];

    /// <summary>Whether somebody may say so now; if so, they have.</summary>
    public bool Allows(UserId user)
    {
        if (_saidAt.TryGetValue(user, out var before) && clock.GetElapsedTime(before) < pause) return false;

        _saidAt[user] = clock.GetTimestamp();
        return true;
    }

    /// <summary>Forgets all but some people.</summary>
    public void Keep(Func<UserId, bool> stays)
    {
        foreach (var gone in _saidAt.Keys.Where(user => !stays(user)).ToList()) _saidAt.Remove(gone);
    }
}
