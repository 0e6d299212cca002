using System.Diagnostics.CodeAnalysis;

namespace OrleansSocial.Kernel;

/// <summary>What the edge needs of an outcome without knowing its type.</summary>
public interface IOutcome
{
    /// <summary>The refusal, or null when the request was accepted.</summary>
    Refusal? Refusal { get; }

    /// <summary>The value of an accepted outcome, else null.</summary>
    object? Held { get; }
}

/// <summary>Either a value or the refusal that stands in its place. Exactly one of the two is present.</summary>
/// <typeparam name="T">What the caller gets when nothing is refused.</typeparam>
[GenerateSerializer, Immutable, Alias("social.outcome`1")]
public readonly struct Outcome<T> : IOutcome
{
    [Id(0)]
    private readonly T? _value;

    [Id(1)]
    private readonly Refusal? _refusal;

    private Outcome(T? value, Refusal? refusal) => (_value, _refusal) = (value, refusal);

    /// <summary>The refusal, or null when the request was accepted.</summary>
    public Refusal? Refusal => _refusal;

    /// <inheritdoc/>
    object? IOutcome.Held => _value;

    /// <summary>True when the request was accepted.</summary>
    public bool Accepted => _refusal is null;

    /// <summary>The value; reading it from a refused outcome is a bug and throws.</summary>
    /// <exception cref="InvalidOperationException">The outcome is a refusal.</exception>
    public T Value => _refusal is null ? _value! : throw new InvalidOperationException($"Refused: {_refusal.Code}.");

    /// <summary>Tells which of the two is present and hands it out.</summary>
    public bool TryGet([MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out Refusal? refusal)
    {
        (value, refusal) = (_value, _refusal);
        return refusal is null;
    }

    /// <summary>An accepted value.</summary>
    public static implicit operator Outcome<T>(T value) => new(value, null);

    /// <summary>A refusal.</summary>
    public static implicit operator Outcome<T>(Refusal refusal) => new(default, refusal);
}

/// <summary>The value of an outcome that has nothing to tell but that it happened.</summary>
[GenerateSerializer, Immutable, Alias("social.done")]
public sealed record Done
{
    /// <summary>The one value.</summary>
    public static readonly Done Instance = new();
}
