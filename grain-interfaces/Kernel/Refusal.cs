namespace OrleansSocial.Kernel;

/// <summary>Why a request is refused; decides the HTTP status and the hub's answer.</summary>
public enum Kind
{
    /// <summary>The request itself is wrong: missing, malformed or out of range. HTTP 400.</summary>
    Invalid = 400,

    /// <summary>The caller is not signed in, or the credentials are wrong. HTTP 401.</summary>
    Unauthenticated = 401,

    /// <summary>The caller is known and may not do this. HTTP 403.</summary>
    Forbidden = 403,

    /// <summary>The thing does not exist, or the caller may not know that it does. HTTP 404.</summary>
    NotFound = 404,

    /// <summary>The request contradicts what is stored. HTTP 409.</summary>
    Conflict = 409,

    /// <summary>The condition that the request makes does not hold. HTTP 412.</summary>
    PreconditionFailed = 412,

    /// <summary>The request is larger than its limit. HTTP 413.</summary>
    TooLarge = 413,

    /// <summary>The media type is not one that the route takes. HTTP 415.</summary>
    UnsupportedMedia = 415,

    /// <summary>The request is well formed and its meaning is refused. HTTP 422.</summary>
    Unprocessable = 422,

    /// <summary>A limit on how often is exceeded; <see cref="Refusal.RetryAfterSeconds"/> says when to try again. HTTP 429.</summary>
    TooMany = 429,

    /// <summary>The storage or a node cannot answer now; the same request may be sent again. HTTP 503.</summary>
    Unavailable = 503,
}

/// <summary>An expected failure as a value. Declared beside its feature; <paramref name="Code"/> never changes its meaning.</summary>
/// <param name="Code">Stable, lower case, <c>slice.reason</c>.</param>
/// <param name="Kind">What sort of failure; decides the HTTP status.</param>
/// <param name="Message">One sentence for a person that says what to do.</param>
[GenerateSerializer, Immutable, Alias("social.refusal")]
public sealed record Refusal([property: Id(0)] string Code, [property: Id(1)] Kind Kind, [property: Id(2)] string Message)
{
    /// <summary>Seconds after which the same request may succeed; null when waiting does not help.</summary>
    [Id(3)]
    public double? RetryAfterSeconds { get; init; }
}

/// <summary>Refusals that every slice shares.</summary>
public static class CommonRefusals
{
    /// <summary>A body, field or parameter is missing, malformed or of the wrong type.</summary>
    public static readonly Refusal Malformed =
        new("request.malformed", Kind.Invalid, "The request is not well formed: check the JSON, the field types and the identifiers.");

    /// <summary>The body is larger than the route takes.</summary>
    public static readonly Refusal BodyTooLarge = new("request.too_large", Kind.TooLarge, "The body is larger than this route takes.");

    /// <summary>The content type is not application/json in UTF-8.</summary>
    public static readonly Refusal UnsupportedMedia =
        new("request.unsupported_media", Kind.UnsupportedMedia, "Send the body as application/json, in UTF-8.");

    /// <summary>A text holds NUL or a lone surrogate, which the storage cannot hold.</summary>
    public static readonly Refusal TextNotStorable =
        new("request.text_not_storable", Kind.Unprocessable, "The text holds a NUL character or a lone surrogate; remove it and send again.");

    /// <summary>A name or a title holds what a line of text must not.</summary>
    public static readonly Refusal Label = new(
        "request.label", Kind.Unprocessable, "A name or a title is one line of what can be seen: take out line breaks, tabs, and characters that turn the direction or draw nothing, and send again.");

    /// <summary>The same idempotency key came with another body.</summary>
    public static readonly Refusal KeyReused =
        new("request.key_reused", Kind.Conflict, "This idempotency key was used with another body; use a new key for a new request.");

    /// <summary>The thing is not of the version that the change is meant for.</summary>
    public static readonly Refusal VersionChanged =
        new("request.version_changed", Kind.PreconditionFailed, "This was changed meanwhile; read it again and repeat the change with its new ETag.");

    /// <summary>The number of items of a page is out of range.</summary>
    public static readonly Refusal BadLimit = new("request.bad_limit", Kind.Invalid, "A page has 1 to 100 items; ask for so many, or leave limit out.");

    /// <summary>A page is asked for after one item and before another.</summary>
    public static readonly Refusal TwoDirections = new("request.two_directions", Kind.Invalid, "A page comes after a cursor or before one; leave one of the two out.");

    /// <summary>The same thing has two idempotency keys.</summary>
    public static readonly Refusal TwoKeys = new("request.two_keys", Kind.Invalid, "The Idempotency-Key header and the key in the body are not the same; send one of them.");

    /// <summary>A page cursor is not one that this server gave.</summary>
    public static readonly Refusal BadCursor =
        new("request.bad_cursor", Kind.Invalid, "The cursor is not one of this list; start again without it.");

    /// <summary>No such resource.</summary>
    public static readonly Refusal NotFound = new("request.not_found", Kind.NotFound, "There is nothing here.");

    /// <summary>The request names a host that is not one of this server's.</summary>
    public static readonly Refusal UnknownHost = new("request.unknown_host", Kind.Invalid, "This server does not go by the host that the request names.");

    /// <summary>The storage or the node that owns the resource cannot answer now.</summary>
    public static readonly Refusal Unavailable =
        new("service.unavailable", Kind.Unavailable, "The service cannot answer now; send the same request again in a moment.") { RetryAfterSeconds = 1 };
}
