using System.Security.Cryptography;
using System.Text;
using OrleansSocial.Users;

namespace OrleansSocial.Identity;

/// <summary>Pure decisions about accounts and sessions.</summary>
internal static class IdentityRules
{
    public const int PasswordCharsMin = 8;
    public const int PasswordCharsMax = 128;

    /// <summary>Why an account cannot be opened under this handle, in the documented order; null when nothing is in the way.</summary>
    public static Refusal? RefuseRegister(string accountHandle, RegisterAccount command)
    {
        if (!Handles.TryNormalize(command.Handle, out var handle) || handle != accountHandle) return IdentityRefusals.Handle;
        if (command.DisplayName is { } name && TextRules.Label(name, ProfileLimits.DisplayNameCharsMax, IdentityRefusals.DisplayName).Refusal is { } unfit) return unfit;
        if (!IsPasswordLength(command.Password)) return IdentityRefusals.PasswordLength;
        return TextRules.IsStorable(command.Password) ? null : CommonRefusals.TextNotStorable;
    }

    /// <summary>Whether a text has the length of a password. Longer ones are not hashed, so nobody is kept busy with them.</summary>
    public static bool IsPasswordLength(string? password) =>
        password is not null && TextRules.Fits(password, PasswordCharsMax) && TextRules.CountChars(password) >= PasswordCharsMin;

    /// <summary>What an account remembers of the command that opened it: hashes of its key and of its name. Empty without a key.</summary>
    public static byte[] OpenedBy(RegisterAccount command) => command.Key is null
        ? []
        : [.. SHA256.HashData(Encoding.UTF8.GetBytes(command.Key)), .. SHA256.HashData(Encoding.UTF8.GetBytes(command.DisplayName ?? ""))];

    /// <summary>Why a handle that is in use is refused to a command; null when the command may be the one that opened the account.</summary>
    public static Refusal? RefuseAgain(AccountState account, RegisterAccount command)
    {
        var key = OpenedBy(command);
        if (key.Length == 0 || account.OpenedBy.Length == 0 || !key.AsSpan(0, 32).SequenceEqual(account.OpenedBy.AsSpan(0, 32))) return IdentityRefusals.HandleTaken;
        return key.AsSpan().SequenceEqual(account.OpenedBy) ? null : CommonRefusals.KeyReused;
    }

    /// <summary>What becomes of a refresh token that came to a session.</summary>
    public static RefreshVerdict Judge(SessionState session, RefreshToken token, DateTimeOffset now)
    {
        if (session.EndedAt is not null || now >= session.RefreshExpiresAt) return RefreshVerdict.Ended;
        if (!RefreshToken.Matches(token.Family, session.FamilyHash)) return RefreshVerdict.Foreign;
        return RefreshToken.Matches(token.Secret, session.SecretHash) ? RefreshVerdict.Newest : RefreshVerdict.Reused;
    }

    /// <summary>When the newest refresh token of a session ends: a while after now, and never after the session's own end.</summary>
    public static DateTimeOffset RefreshExpiry(DateTimeOffset startedAt, DateTimeOffset now, IdentityOptions options)
    {
        var end = startedAt.AddDays(options.SessionDaysMax);
        var next = now.AddDays(options.RefreshDaysMax);
        return next < end ? next : end;
    }
}

/// <summary>What a refresh token is to its session.</summary>
internal enum RefreshVerdict
{
    /// <summary>The one that may be exchanged.</summary>
    Newest,

    /// <summary>Of this family, and exchanged before.</summary>
    Reused,

    /// <summary>Never issued by this session.</summary>
    Foreign,

    /// <summary>The session is over.</summary>
    Ended,
}
