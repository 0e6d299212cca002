namespace OrleansSocial.Kernel;

/// <summary>Refusals of the engine's dashboard.</summary>
public static class DashboardRefusals
{
    /// <summary>This node has no dashboard.</summary>
    public static readonly Refusal NotHere = new("dashboard.not_here", Kind.NotFound, "A node without grains has no dashboard; open it at one that hosts grains and the API.");
}
