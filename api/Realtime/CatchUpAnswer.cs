namespace OrleansSocial.Realtime;

/// <summary>An answer that hears of its own writing: whatever is written later comes after it.</summary>
internal interface IWhenWritten
{
    /// <summary>Called under the connection's write lock as soon as the answer stands in its output.</summary>
    void Written();
}

/// <summary>What <see cref="LiveHub.Subscribe"/> answers; as JSON the same as every answer of the hub.</summary>
public sealed class CatchUpAnswer(CatchUp? value, Refusal? refusal, Action? written) : IWhenWritten, IOutcome
{
    /// <summary>Present when accepted.</summary>
    public CatchUp? Value => value;

    /// <summary>Present when refused.</summary>
    public Refusal? Refusal => refusal;

    object? IOutcome.Held => value;

    void IWhenWritten.Written() => written?.Invoke();
}
