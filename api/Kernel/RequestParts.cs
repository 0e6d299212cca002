using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace OrleansSocial.Kernel;

/// <summary>The <c>Idempotency-Key</c> header of a creation: 1 to 64 visible ASCII characters, or absent.</summary>
/// <param name="Value">The key; null when there is none.</param>
public readonly record struct IdempotencyKey(string? Value)
{
    /// <summary>The header's name.</summary>
    public const string Header = "Idempotency-Key";

    /// <summary>How long a key may be.</summary>
    public const int CharsMax = 64;

    /// <summary>Whether a text can serve as a key of a client.</summary>
    public static bool IsKey(string? text) => text is { Length: >= 1 and <= CharsMax } && text.All(c => c is > ' ' and <= '~');

    /// <summary>Binds a handler's parameter; a key that is not of the form is a malformed request.</summary>
    public static ValueTask<IdempotencyKey> BindAsync(HttpContext context)
    {
        var values = context.Request.Headers[Header];
        if (values.Count == 0) return ValueTask.FromResult(default(IdempotencyKey));
        return values.Count == 1 && IsKey(values[0])
            ? ValueTask.FromResult(new IdempotencyKey(values[0]))
            : throw new BadHttpRequestException($"{Header} is 1 to {CharsMax} visible ASCII characters.");
    }
}

/// <summary>Which stretch of a list is asked for.</summary>
/// <param name="After">Opaque cursor: what comes after it.</param>
/// <param name="Before">Opaque cursor: what comes before it.</param>
/// <param name="Limit">1 to 100; 50 when absent.</param>
public sealed record Page(
    [FromQuery(Name = "after")] string? After,
    [FromQuery(Name = "before")] string? Before,
    [FromQuery(Name = "limit")] int? Limit)
{
    /// <summary>How many items come when nothing is asked for.</summary>
    public const int LimitDefault = 50;

    /// <summary>How many items may be asked for.</summary>
    public const int LimitMax = 100;

    /// <summary>How many items to read.</summary>
    public int Size => Limit ?? LimitDefault;

    /// <summary>Refuses a limit out of range, and two directions at once.</summary>
    public Refusal? Refuse() => Size is < 1 or > LimitMax || (After is not null && Before is not null) ? CommonRefusals.BadCursor : null;
}

/// <summary>What a hub method answers: the value, or the refusal in its place. The codes are those of REST.</summary>
/// <param name="Value">Present when accepted.</param>
/// <param name="Refusal">Present when refused.</param>
public sealed record HubAnswer<T>(T? Value, Refusal? Refusal) : IOutcome
{
    object? IOutcome.Held => Value;

    /// <summary>An outcome as the answer of a hub method.</summary>
    public static implicit operator HubAnswer<T>(Outcome<T> outcome) =>
        outcome.TryGet(out var value, out var refusal) ? new(value, null) : new(default, refusal);

    /// <summary>A refusal as the answer of a hub method.</summary>
    public static implicit operator HubAnswer<T>(Refusal refusal) => new(default, refusal);
}
