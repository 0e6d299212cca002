using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace OrleansSocial.Identity;

/// <summary>Signs a request in by its access token from the Authorization header. Browsers cannot give a WebSocket or an event stream headers: on their
/// paths a ticket in the query does it, once, and on the hub's a token too. Addresses stand in the logs of proxies; a ticket is worth nothing there.</summary>
internal sealed class BearerHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder, AccessTokens tokens, IGrainFactory grains)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    /// <summary>The scheme's name, and the word before the token.</summary>
    public const string SchemeName = "Bearer";

    private const string QueryName = "access_token";
    private const string TicketName = "ticket";

    // What a challenge answers; the handler is made for one request.
    private Refusal _refusal = IdentityRefusals.NotSignedIn;

    /// <inheritdoc/>
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var inHeader = Request.Headers.Authorization;
        var isHub = Request.Path.StartsWithSegments(LivePaths.Hub);
        var inQuery = isHub ? Request.Query[QueryName] : default;
        var tickets = isHub || Request.Path == LivePaths.Stream ? Request.Query[TicketName] : default;
        if (inHeader.Count + inQuery.Count + tickets.Count == 0) return AuthenticateResult.NoResult();
        if (inHeader.Count + inQuery.Count + tickets.Count > 1) return Refused(IdentityRefusals.TokenInvalid);
        if (tickets.Count == 1) return await SignInBy(tickets[0]);

        // Another scheme than ours, or the word without a token, is no token.
        var text = inHeader.Count == 1 ? AfterScheme(inHeader[0]) : inQuery[0];
        if (string.IsNullOrEmpty(text)) return AuthenticateResult.NoResult();
        var (token, fault) = await tokens.Verify(text, Context.RequestAborted);
        return token is null ? Refused(fault.Refusal()) : SignedIn(token.Caller with { ExpiresAt = tokens.EndOf(token) });
    }

    private async Task<AuthenticateResult> SignInBy(string? ticket)
    {
        if (!Tickets.IsForm(ticket) || await grains.GetGrain<ITicketGrain>(Tickets.KeyOf(ticket)).Redeem() is not { } holder) return Refused(IdentityRefusals.TokenInvalid);
        return await tokens.HasEnded(holder.Session, Context.RequestAborted)
            ? Refused(IdentityRefusals.SessionEnded)
            : SignedIn(new Caller(holder.User, holder.Session, holder.Handle) { ExpiresAt = holder.EndsAt });
    }

    private AuthenticateResult Refused(Refusal refusal)
    {
        _refusal = refusal;
        return AuthenticateResult.Fail(refusal.Code);
    }

    private static AuthenticateResult SignedIn(Caller caller)
    {
        var principal = new ClaimsPrincipal(new ClaimsIdentity(caller.Claims(), SchemeName, Caller.HandleClaim, roleType: null));
        return AuthenticateResult.Success(new AuthenticationTicket(principal, new AuthenticationProperties { ExpiresUtc = caller.ExpiresAt }, SchemeName));
    }

    /// <summary>Whoever sent a token is told that it is not good, and why; who sent none hears of no error (RFC 6750, 3.1).</summary>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers[HeaderNames.WWWAuthenticate] = _refusal == IdentityRefusals.NotSignedIn ? SchemeName : $"{SchemeName} error=\"invalid_token\"";
        return Problems.Write(Context, _refusal);
    }

    /// <inheritdoc/>
    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Problems.Write(Context, IdentityRefusals.NotAnAdmin);

    private static string? AfterScheme(string? header) =>
        header?.StartsWith(SchemeName + " ", StringComparison.OrdinalIgnoreCase) == true ? header[(SchemeName.Length + 1)..] : null;
}
