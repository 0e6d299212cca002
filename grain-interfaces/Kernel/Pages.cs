namespace OrleansSocial.Kernel;

/// <summary>A stretch of a list, in the list's order whichever way it was read.</summary>
/// <param name="Items">At most as many as were asked for.</param>
/// <param name="Next">Opaque cursor: <c>after</c> it comes what follows; null at the end, and when there are no items.</param>
/// <param name="Previous">Opaque cursor: <c>before</c> it comes what precedes; null at the beginning, and when there are no items.</param>
[GenerateSerializer, Immutable, Alias("social.page`1")]
public sealed record Page<T>([property: Id(0)] IReadOnlyList<T> Items, [property: Id(1)] string? Next, [property: Id(2)] string? Previous);

/// <summary>Which stretch of a list is asked for. There is none but a fair one: the edge makes it with <see cref="Of"/>, and nobody looks again.</summary>
[GenerateSerializer, Immutable, Alias("social.page-ask")]
public sealed record PageAsk
{
    /// <summary>How many items come when no number is named.</summary>
    public const int LimitDefault = 50;

    /// <summary>How many items may be asked for.</summary>
    public const int LimitMax = 100;

    /// <summary>Why no page can be asked for so, in the order of checking.</summary>
    public static IReadOnlyList<Refusal> Refusals { get; } = [CommonRefusals.BadLimit, CommonRefusals.TwoDirections];

    private PageAsk(string? after, string? before, int limit) => (After, Before, Limit) = (after, before, limit);

    /// <summary>Cursor of the list: what comes after it, the nearest first.</summary>
    [Id(0)]
    public string? After { get; }

    /// <summary>Cursor of the list: what comes before it, as far as the nearest. Null when <see cref="After"/> is not; neither asks for the beginning.</summary>
    [Id(1)]
    public string? Before { get; }

    /// <summary>How many items, 1 to <see cref="LimitMax"/>.</summary>
    [Id(2)]
    public int Limit { get; }

    /// <summary>What a client asks for, or one of <see cref="Refusals"/>. Whether a cursor is one of the list, the list says.</summary>
    public static Outcome<PageAsk> Of(string? after, string? before, int? limit = null) =>
        limit is < 1 or > LimitMax                ? CommonRefusals.BadLimit :
        after is not null && before is not null   ? CommonRefusals.TwoDirections :
        new PageAsk(after, before, limit ?? LimitDefault);
}
