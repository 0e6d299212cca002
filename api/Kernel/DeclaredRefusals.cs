namespace OrleansSocial.Kernel;

/// <summary>Holds routes and hub methods to the refusals that they declare: where this is demanded, as in tests, an answer with another one is a fault.</summary>
public sealed class DeclaredRefusals(bool demanded)
{
    /// <summary>Throws when who answers does not declare the refusal.</summary>
    public void Check(string? who, IEnumerable<Refusal> declared, Refusal refusal)
    {
        if (demanded) Refusals.Check(who, declared, refusal);
    }
}
