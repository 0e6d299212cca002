using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace OrleansSocial.Identity;

/// <summary>One ticket: it opens one live connection where a client cannot send headers. Key: derived from its text (<see cref="Tickets.KeyOf"/>). Kept in memory alone.</summary>
[Alias("identity.ticket")]
public interface ITicketGrain : IGrainWithGuidKey
{
    /// <summary>Gives the ticket to its holder. It is good for <see cref="Tickets.SecondsMax"/> seconds, and is lost with its silo.</summary>
    [Alias("issue")]
    Task Issue(TicketHolder holder);

    /// <summary>Who holds the ticket, once: whoever asks again, later or for a ticket that nobody has is told null.</summary>
    [Alias("redeem")]
    Task<TicketHolder?> Redeem();
}

/// <summary>Whom a ticket speaks for.</summary>
/// <param name="User">Who.</param>
/// <param name="Session">Which of their devices.</param>
/// <param name="Handle">Their handle.</param>
/// <param name="EndsAt">When the access token ends that it was asked for with, UTC; null where that is not known.</param>
[GenerateSerializer, Immutable, Alias("identity.ticket-holder")]
public sealed record TicketHolder([property: Id(0)] UserId User, [property: Id(1)] SessionId Session, [property: Id(2)] string Handle, [property: Id(3)] DateTimeOffset? EndsAt);

/// <summary>What tickets look like.</summary>
public static class Tickets
{
    /// <summary>How long one is good, in seconds.</summary>
    public const int SecondsMax = 30;

    private const int SecretBytes = 32;

    /// <summary>A ticket that nobody can guess: 256 random bits as lower-case hexadecimal digits.</summary>
    public static string New() => RandomNumberGenerator.GetHexString(SecretBytes * 2, lowercase: true);

    /// <summary>Whether a text may be a ticket.</summary>
    public static bool IsForm([NotNullWhen(true)] string? text) => text is { Length: SecretBytes * 2 } && text.All(char.IsAsciiHexDigitLower);

    /// <summary>The key of a ticket's grain: who sees the key cannot tell the ticket.</summary>
    public static Guid KeyOf(string ticket) => Ids.Hashed(SHA256.HashData(Encoding.ASCII.GetBytes(ticket)));
}
