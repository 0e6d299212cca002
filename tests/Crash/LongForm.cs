namespace OrleansSocial.Crash;

/// <summary>How often a test does what it does: a few times, or many with SOCIAL_CRASH_LONG=1 in the environment.</summary>
internal static class LongForm
{
    private static readonly bool s_wanted = Environment.GetEnvironmentVariable("SOCIAL_CRASH_LONG") == "1";

    /// <summary>The number for this run.</summary>
    public static int Or(int few, int many) => s_wanted ? many : few;
}
