using OrleansSocial.Realtime;

namespace OrleansSocial.Chat;

/// <summary>The live streams of a conversation's members.</summary>
internal sealed class ConversationAudience(IGrainFactory grains, ILiveRoster roster)
{
    private (UserId User, IUserStreamGrain Stream)[] _streams = [];

    /// <summary>Who hears from here on.</summary>
    public void Seat(IEnumerable<UserId> members) => _streams = [.. members.Select(user => (user, StreamOf(user)))];

    /// <summary>Tells every member; a lost push is repaired by the client's cursor. The record is shared by all who hear of it.</summary>
    /// <param name="happened">What.</param>
    /// <param name="sender">Whose connection <paramref name="origin"/> is.</param>
    /// <param name="origin">The connection that knows it already.</param>
    /// <param name="but">Who is not told.</param>
    public void Tell(LiveEvent happened, UserId? sender = null, ConnectionId? origin = null, UserId? but = null)
    {
        foreach (var (user, stream) in _streams)
        {
            if (user != but) roster.Tell(user, stream, happened, user == sender ? origin : null);
        }
    }

    /// <summary>Tells somebody who need not be a member.</summary>
    public void TellOne(UserId user, LiveEvent happened) => roster.Tell(user, StreamOf(user), happened, null);

    private IUserStreamGrain StreamOf(UserId user) => grains.GetGrain<IUserStreamGrain>(user);
}
