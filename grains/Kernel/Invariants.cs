using Microsoft.Extensions.Options;

namespace OrleansSocial.Kernel;

/// <summary>What a running node checks of itself. Section <c>Social:Checks</c>.</summary>
public sealed class CheckOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Social:Checks";

    /// <summary>Whether grains check the invariants of what they hold each time that it changes. On in every test; costs time in proportion to what is held.</summary>
    public bool Invariants { get; set; }

    /// <summary>Whether an answer with a refusal that its route, hub method or grain method does not declare is a fault. On in every test.</summary>
    public bool Refusals { get; set; }
}

/// <summary>What a grain holds, and what always holds of it.</summary>
internal interface IHasInvariants
{
    /// <summary>The invariants that do not hold, each in a sentence; empty when all do.</summary>
    IReadOnlyList<string> Check();
}

/// <summary>Checks what running grains hold, where that is wanted.</summary>
internal sealed class Invariants(IOptions<CheckOptions> options)
{
    private readonly bool _wanted = options.Value.Invariants;

    /// <summary>Throws when an invariant does not hold: memory is wrong, and nothing is to be decided on it.</summary>
    public void Check(IHasInvariants held)
    {
        if (_wanted && held.Check() is { Count: > 0 } broken) throw new InvalidOperationException($"{held.GetType().Name}: {string.Join(' ', broken)}");
    }
}
