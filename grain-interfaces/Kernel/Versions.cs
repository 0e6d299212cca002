namespace OrleansSocial.Kernel;

/// <summary>Changes that are made to one version of a thing and to no other, so that nobody overwrites what they have not read.</summary>
public static class Versions
{
    /// <summary>Refuses a change that is meant for another version.</summary>
    /// <param name="expected">The version that the change is meant for; null for whichever there is.</param>
    /// <param name="version">The version that there is.</param>
    public static Refusal? Refuse(int? expected, int version) => expected is null || expected == version ? null : CommonRefusals.VersionChanged;
}
