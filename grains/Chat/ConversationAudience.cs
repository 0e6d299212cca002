using OrleansSocial.Realtime;

namespace OrleansSocial.Chat;

/// <summary>Those who hear what happens in a conversation: its members.</summary>
internal sealed class ConversationAudience(ILiveTeller teller, ConversationId conversation)
{
    private UserId[] _members = [];

    /// <summary>Who hears from here on.</summary>
    public void Seat(IEnumerable<UserId> members) => _members = [.. members];

    /// <summary>Tells every member; a lost push is repaired by the client's cursor. The record is shared by all who hear of it.</summary>
    /// <param name="happened">What.</param>
    /// <param name="origin">The connection that knows it already.</param>
    /// <param name="but">Who is not told.</param>
    public void Tell(LiveEvent happened, ConnectionId? origin = null, UserId? but = null) => teller.Tell(new Audience(conversation.Value, _members, but, origin), happened);

    /// <summary>Tells somebody who need not be a member.</summary>
    public void TellOne(UserId user, LiveEvent happened) => teller.Tell(new Audience(conversation.Value, [user]), happened);
}
