using System.ComponentModel.DataAnnotations;

namespace OrleansSocial.Chat;

/// <summary>Limits of conversations. Section <c>Social:Chat</c>.</summary>
public sealed class ChatOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Social:Chat";

    /// <summary>Longest text of a message, in Unicode code points. So many always fit into a request, however they are escaped.</summary>
    [Range(1, 10_000)]
    public int TextCharsMax { get; set; } = 4_000;

    /// <summary>Most people in one group.</summary>
    [Range(2, 10_000)]
    public int MembersMax { get; set; } = 500;

    /// <summary>Most conversations that one person is in at a time: nobody is put into more.</summary>
    [Range(10, 1_000_000)]
    public int ConversationsMax { get; set; } = 10_000;

    /// <summary>Most invitations of one person that wait for an answer: nobody is invited to more.</summary>
    [Range(1, 10_000)]
    public int InvitationsMax { get; set; } = 100;

    /// <summary>For so many days after somebody has declined, inviting them to the same group again does nothing.</summary>
    [Range(0, 3_650)]
    public int DeclinedDays { get; set; } = 30;

    /// <summary>Most writes of one conversation that wait for the storage; a message beyond is refused as busy.</summary>
    [Range(1, 100_000)]
    public int QueueMessagesMax { get; set; } = 2_000;

    /// <summary>How many of the newest client keys a conversation remembers, so that a repetition is answered without asking the storage.</summary>
    [Range(1, 10_000)]
    public int RecentKeysMax { get; set; } = 64;

    /// <summary>Shortest time between two typing notices of one member.</summary>
    [Range(1, 60)]
    public int TypingSecondsMin { get; set; } = 3;
}
