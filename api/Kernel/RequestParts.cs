using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace OrleansSocial.Kernel;

/// <summary>The <c>Idempotency-Key</c> header of a creation: 1 to 64 visible ASCII characters, or absent.</summary>
/// <param name="Value">The key; null when there is none.</param>
public readonly record struct IdempotencyKey(string? Value)
{
    /// <summary>The header's name.</summary>
    public const string Header = "Idempotency-Key";

    /// <summary>Whether the body names another key.</summary>
    public bool IsOtherThan(string? inBody) => Value is { } header && inBody is not null && !string.Equals(header, inBody, StringComparison.Ordinal);

    /// <summary>Binds a handler's parameter; a key that is not of the form is a malformed request.</summary>
    public static ValueTask<IdempotencyKey> BindAsync(HttpContext context)
    {
        var values = context.Request.Headers[Header];
        if (values.Count == 0) return ValueTask.FromResult(default(IdempotencyKey));
        return values.Count == 1 && ClientKeys.IsKey(values[0])
            ? ValueTask.FromResult(new IdempotencyKey(values[0]))
            : throw new MalformedRequestException($"{Header} is 1 to {ClientKeys.CharsMax} visible ASCII characters.");
    }
}

/// <summary>Identifiers that a query names as one text, with commas between them.</summary>
internal static class IdList
{
    /// <summary>Reads them in their order; one that is none makes the request malformed.</summary>
    /// <param name="parameter">What the query calls them.</param>
    /// <param name="names">The parts of the text.</param>
    public static Outcome<List<TId>> Read<TId>(string parameter, IReadOnlyList<string> names)
        where TId : struct, IEntityId<TId>
    {
        var ids = new List<TId>(names.Count);
        foreach (var name in names)
        {
            if (!TId.TryParse(name, null, out var id)) return RequestFaults.Malformed($"{parameter} is a list of UUIDs, separated by commas.");
            ids.Add(id);
        }

        return ids;
    }
}

/// <summary>The query of a list, of which a <see cref="PageAsk"/> is made.</summary>
/// <param name="After">Opaque cursor: what comes after it.</param>
/// <param name="Before">Opaque cursor: what comes before it.</param>
/// <param name="Limit">1 to 100; 50 when absent.</param>
public sealed record PageQuery(
    [FromQuery(Name = "after")] string? After,
    [FromQuery(Name = "before")] string? Before,
    [FromQuery(Name = "limit")] int? Limit)
{
    /// <summary>Reads the page that is asked for, unless no page can be asked for so.</summary>
    public async Task<Outcome<T>> Read<T>(Func<PageAsk, Task<Outcome<T>>> read) =>
        PageAsk.Of(After, Before, Limit).TryGet(out var ask, out var refusal) ? await read(ask) : refusal;
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
