namespace OrleansSocial.Users;

/// <summary>Pure decisions about profiles.</summary>
internal static class UserRules
{
    /// <summary>Why a change is refused, in the documented order; null when nothing is in the way.</summary>
    public static Refusal? RefuseChange(ProfileView profile, ChangeProfile change)
    {
        if (change.DisplayName is { } name && NameOf(name).Refusal is { } unfit) return unfit;
        if (!TextRules.IsStorable(change.Bio ?? "")) return CommonRefusals.TextNotStorable;
        if (change.Bio is { } bio && !TextRules.FitsAsSeen(bio, ProfileLimits.BioCharsMax)) return UserRefusals.Bio;
        return change.IfVersion is { } version && version != profile.Version ? UserRefusals.Version : null;
    }

    /// <summary>A display name as it is kept.</summary>
    public static Outcome<string> NameOf(string name) => TextRules.Label(name, ProfileLimits.DisplayNameCharsMax, UserRefusals.DisplayName);

    /// <summary>The profile after a change. One that changes nothing gives the same profile, so that its version stays.</summary>
    public static ProfileView Apply(ProfileView profile, ChangeProfile change)
    {
        var next = profile with { DisplayName = change.DisplayName is { } name ? NameOf(name).Value : profile.DisplayName, Bio = change.Bio ?? profile.Bio };
        return next == profile ? profile : next with { Version = profile.Version + 1 };
    }
}
