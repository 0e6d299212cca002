using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace OrleansSocial.Kernel;

/// <summary>Who makes the request, as the access token says. Binds on signed routes.</summary>
/// <param name="User">Who.</param>
/// <param name="Session">Which of their devices.</param>
/// <param name="Handle">Their handle.</param>
public sealed record Caller(UserId User, SessionId Session, string Handle)
{
    /// <summary>Claim of the time at which the access token ends.</summary>
    public const string EndClaim = "exp";

    /// <summary>Claim of the user id.</summary>
    public const string UserClaim = "sub";

    /// <summary>Claim of the session id.</summary>
    public const string SessionClaim = "sid";

    /// <summary>Claim of the handle.</summary>
    public const string HandleClaim = "handle";

    /// <summary>When the access token ends that the request came with; what it began ends with it. Null where that is not known.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The caller of a verified principal, or null when nobody is signed in.</summary>
    public static Caller? From(ClaimsPrincipal? principal) =>
        principal?.Identity?.IsAuthenticated == true
        && UserId.TryParse(principal.FindFirstValue(UserClaim), null, out var user)
        && SessionId.TryParse(principal.FindFirstValue(SessionClaim), null, out var session)
            ? new(user, session, principal.FindFirstValue(HandleClaim) ?? "") { ExpiresAt = EndOf(principal.FindFirstValue(EndClaim)) }
            : null;

    /// <summary>The claims with which a token handler makes the principal that <see cref="From"/> reads.</summary>
    public IEnumerable<Claim> Claims() =>
        [new(UserClaim, User.ToString()), new(SessionClaim, Session.ToString()), new(HandleClaim, Handle), .. EndClaims()];

    private IEnumerable<Claim> EndClaims() => ExpiresAt is { } at ? [new(EndClaim, at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture))] : [];

    private static DateTimeOffset? EndOf(string? seconds) =>
        long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var at) ? DateTimeOffset.FromUnixTimeSeconds(at) : null;

    /// <summary>Binds a handler's parameter. A route without authorization has no caller: that is a bug of the route.</summary>
    public static ValueTask<Caller> BindAsync(HttpContext context) => ValueTask.FromResult(
        From(context.User) ?? throw new InvalidOperationException("A route that takes a Caller must be declared Signed()."));
}
