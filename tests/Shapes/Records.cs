namespace Orleans.Shapes;

[GenerateSerializer, Immutable, Alias("shapes.book")]
public sealed record Book([property: Id(0)] string Isbn, [property: Id(1)] DateTimeOffset At);

[GenerateSerializer]
public record Plain(string Name, int Count);

[GenerateSerializer]
public sealed record Derived(string Name, int Count, List<string> Tags) : Plain(Name, Count)
{
    [Id(0)]
    public string? Note { get; init; }
}

[GenerateSerializer]
public class WithPrivate
{
    [Id(0)]
    private readonly List<int> _values = [];

    [Id(1)]
    private int _sum;

    [NonSerialized]
    private int _cached;

    [field: NonSerialized]
    public string? Scratch { get; set; }

    public int Sum => _sum + _cached;

    public void Add(int value)
    {
        _values.Add(value);
        _sum += value;
        _cached = 0;
    }
}

[GenerateSerializer]
public sealed class GetOnly
{
    public GetOnly(string text) => Text = text;

    [Id(0)]
    public string Text { get; }

    [Id(1)]
    public int Number { get; init; }

    [Id(2)]
    public DateTime When { get; private set; }

    [Id(3)]
    public required List<Book> Books { get; init; }
}

[GenerateSerializer]
public readonly struct Point
{
    [Id(0)]
    public readonly double X;

    [Id(1)]
    public readonly int[] Path;

    public Point(double x, int[] path) => (X, Path) = (x, path);
}

[GenerateSerializer]
public readonly record struct Range(int From, List<int> To);

[GenerateSerializer]
public struct Mutable
{
    [Id(0)]
    public int Count;

    [Id(1)]
    public string Name { get; set; }
}

[GenerateSerializer, Alias("shapes.page`1")]
public sealed class Page<T>
    where T : notnull
{
    [Id(0)]
    public List<T> Items { get; set; } = [];

    [Id(1)]
    private T? First { get; set; }

    [Id(2)]
    public Page<T>? Next;

    public T? Head() => First;
}

[GenerateSerializer]
public abstract class Shape
{
    [Id(0)]
    public string Name { get; protected set; } = "";

    protected Shape()
    {
    }
}

[GenerateSerializer]
public class Circle : Shape
{
    protected Circle()
    {
    }

    [Id(0)]
    public double Radius { get; protected internal set; }

    public static Circle Of(double radius) => new() { Radius = radius };
}

[GenerateSerializer]
public enum Colour : byte
{
    Red,
    Green,
}

[GenerateSerializer(GenerateFieldIds = GenerateFieldIds.PublicProperties)]
public sealed class Loose
{
    public string? Name { get; set; }

    public int Count { get; set; }

    private int Hidden { get; set; }

    public int Look() => Hidden;
}

[GenerateSerializer(IncludePrimaryConstructorParameters = true)]
public sealed class Primary(string name, int count)
{
    public string Name { get; } = name;

    public int Count { get; } = count;
}

[GenerateSerializer]
public class Failure : Exception
{
    public Failure()
    {
    }

    public Failure(string message)
        : base(message)
    {
    }

    public Failure(string message, Exception inner)
        : base(message, inner)
    {
    }

    [Id(0)]
    public int Code { get; set; }
}

[GenerateSerializer]
public sealed class Node
{
    [Id(0)]
    public Node? Left;

    [Id(1)]
    public Node? Right;

    [Id(2)]
    public object? Tag;

    [Id(3)]
    public Dictionary<string, IReadOnlyList<Node>>? Named;
}

/// <summary>A type of somebody else, and how it crosses calls.</summary>
public sealed class Foreign(string text)
{
    public string Text { get; } = text;
}

[GenerateSerializer]
public struct ForeignSurrogate
{
    [Id(0)]
    public string Text;
}

[RegisterConverter]
public sealed class ForeignConverter : IConverter<Foreign, ForeignSurrogate>
{
    public Foreign ConvertFromSurrogate(in ForeignSurrogate surrogate) => new(surrogate.Text);

    public ForeignSurrogate ConvertToSurrogate(in Foreign value) => new() { Text = value.Text };
}
