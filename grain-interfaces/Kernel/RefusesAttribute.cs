namespace OrleansSocial.Kernel;

/// <summary>The refusals with which a method may answer, by their codes, in the order in which their conditions are checked.</summary>
/// <remarks>
/// They stand here and nowhere else: routes, hub methods and the documentation derive theirs from the methods that they ask. A code that
/// more than one condition leads to stands where it comes first. <c>service.unavailable</c> is left out, for anything may answer with it.
/// Where <c>Social:Checks:Refusals</c> is on, an answer with any other code is a fault.
/// </remarks>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RefusesAttribute(params string[] codes) : Attribute
{
    /// <summary>The codes, in the order of checking.</summary>
    public IReadOnlyList<string> Codes { get; } = codes;
}
