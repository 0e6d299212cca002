namespace Orleans.Bundled.Generator.Tests;

[GenerateSerializer, Alias("tests.letter")]
public sealed record Letter([property: Id(0)] string? Text, [property: Id(1)] int Number, [property: Id(2)] List<string>? Tags);

[GenerateSerializer]
public sealed record Positional(string? Name, int Count, int[]? Numbers)
{
    [Id(0)]
    public string? Note { get; init; }
}

[GenerateSerializer]
public class Animal
{
    [Id(0)]
    public string? Name { get; set; }

    [Id(1)]
    private int _legs;

    public int Legs
    {
        get => _legs;
        set => _legs = value;
    }
}

[GenerateSerializer]
public class Dog : Animal
{
    [Id(0)]
    public bool Barks { get; init; }

    [Id(7)]
    public List<Animal>? Friends { get; private set; }

    public Dog With(params Animal[] friends)
    {
        Friends = [.. friends];
        return this;
    }
}

[GenerateSerializer]
public sealed class Node
{
    [Id(0)]
    public int Value;

    [Id(1)]
    public Node? Next;

    [Id(2)]
    public object? Any;

    [Id(3)]
    public List<Node>? Children;
}

[GenerateSerializer]
public readonly struct Sealed
{
    [Id(0)]
    private readonly string? _text;

    [Id(1)]
    public readonly int[]? Numbers;

    public Sealed(string? text, int[]? numbers) => (_text, Numbers) = (text, numbers);

    public string? Text => _text;
}

[GenerateSerializer]
public readonly record struct Pair<TLeft, TRight>(TLeft Left, TRight Right);

[GenerateSerializer, Alias("tests.box`1")]
public class Box<T>
{
    [Id(0)]
    public T? Content { get; set; }

    [Id(1)]
    private readonly List<T> _history = [];

    public IReadOnlyList<T> History => _history;

    public void Put(T content)
    {
        if (Content is not null) _history.Add(Content);
        Content = content;
    }
}

[GenerateSerializer]
public sealed class Strict
{
    private Strict()
    {
    }

    public Strict(string text)
    {
        Text = text;
    }

    [Id(0)]
    public required string Kind { get; init; }

    [Id(1)]
    public string? Text { get; }

    [Id(2)]
    internal List<int> Numbers { get; } = [];

    [field: NonSerialized]
    public string? Scratch { get; set; }

    [NonSerialized]
    public int Cached;
}

[GenerateSerializer]
public enum Size : short
{
    Small = -1,
    Large = 300,
}

[GenerateSerializer, Immutable]
public sealed record Stone([property: Id(0)] List<int> Marks);

[GenerateSerializer]
public sealed class WithImmutableMember
{
    [Id(0), Immutable]
    public byte[]? Shared { get; set; }

    [Id(1)]
    public byte[]? Own { get; set; }
}

[GenerateSerializer, OmitDefaultMemberValues]
public sealed class Sparse
{
    [Id(0)]
    public int A { get; set; }

    [Id(3)]
    public string? B { get; set; }

    [Id(9)]
    public Guid C { get; set; }
}

[GenerateSerializer]
public class MishapException : InvalidOperationException
{
    public MishapException()
    {
    }

    public MishapException(string message)
        : base(message)
    {
    }

    public MishapException(string message, Exception inner)
        : base(message, inner)
    {
    }

    [Id(0)]
    public int Code { get; set; }
}

/// <summary>Nobody annotated this one.</summary>
public sealed class Stranger
{
    public int Value { get; set; }
}

/// <summary>A class of somebody else, which is serialized through a surrogate.</summary>
public class Foreign(string text)
{
    public string Text { get; private set; } = text;

    internal void Become(string other) => Text = other;
}

[GenerateSerializer]
public struct ForeignSurrogate
{
    [Id(0)]
    public string Text;
}

[RegisterConverter]
public sealed class ForeignConverter : IConverter<Foreign, ForeignSurrogate>, IPopulator<Foreign, ForeignSurrogate>
{
    public Foreign ConvertFromSurrogate(in ForeignSurrogate surrogate) => new(surrogate.Text);

    public ForeignSurrogate ConvertToSurrogate(in Foreign value) => new() { Text = value.Text };

    public void Populate(in ForeignSurrogate surrogate, Foreign value) => value.Become(surrogate.Text);
}

[GenerateSerializer]
public sealed class Adopted() : Foreign("")
{
    [Id(0)]
    public int Age { get; set; }
}

public readonly struct Celsius(double degrees)
{
    public double Degrees { get; } = degrees;
}

[GenerateSerializer]
public struct CelsiusSurrogate
{
    [Id(0)]
    public double Degrees;
}

[RegisterConverter]
public sealed class CelsiusConverter : IConverter<Celsius, CelsiusSurrogate>
{
    public Celsius ConvertFromSurrogate(in CelsiusSurrogate surrogate) => new(surrogate.Degrees);

    public CelsiusSurrogate ConvertToSurrogate(in Celsius value) => new() { Degrees = value.Degrees };
}
