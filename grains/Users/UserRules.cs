namespace OrleansSocial.Users;

/// <summary>Pure decisions about profiles.</summary>
internal static class UserRules
{
    public const int DisplayNameCharsMax = 50;
    public const int BioCharsMax = 300;

    /// <summary>Why a text cannot be a display name; null when it can.</summary>
    public static Refusal? RefuseDisplayName(string name) =>
        Exceeds(name, DisplayNameCharsMax) || TextRules.IsBlank(name) ? UserRefusals.DisplayName : null;

    /// <summary>Why a change is refused, in the documented order; null when nothing is in the way.</summary>
    public static Refusal? RefuseChange(ProfileState profile, ChangeProfile change)
    {
        if (change.DisplayName is { } name && RefuseDisplayName(name) is { } refusal) return refusal;
        if (change.Bio is { } bio && Exceeds(bio, BioCharsMax)) return UserRefusals.Bio;
        if (!TextRules.IsStorable(change.DisplayName ?? "") || !TextRules.IsStorable(change.Bio ?? "")) return CommonRefusals.TextNotStorable;
        return change.IfVersion is { } version && version != profile.Version ? UserRefusals.Version : null;
    }

    /// <summary>The profile after a change. One that changes nothing gives the same profile, so that its version stays.</summary>
    public static ProfileState Apply(ProfileState profile, ChangeProfile change)
    {
        var next = profile with { DisplayName = change.DisplayName ?? profile.DisplayName, Bio = change.Bio ?? profile.Bio };
        return next == profile ? profile : next with { Version = profile.Version + 1 };
    }

    // A code point has at most two UTF-16 units, so a text beyond that need not be counted.
    private static bool Exceeds(string text, int charsMax) => text.Length > 2 * charsMax || TextRules.CountChars(text) > charsMax;
}
