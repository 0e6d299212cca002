using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace OrleansSocial.Identity;

/// <summary>Signs a request in by its access token: from the Authorization header, or, on the hub alone, from the query, since browsers cannot give a WebSocket headers.</summary>
internal sealed class BearerHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder, AccessTokens tokens)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    /// <summary>The scheme's name, and the word before the token.</summary>
    public const string SchemeName = "Bearer";

    /// <summary>The only path on which a token may stand in the query.</summary>
    public static readonly PathString HubPath = "/v1/live";

    private const string QueryName = "access_token";

    /// <inheritdoc/>
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var inHeader = Request.Headers.Authorization;
        var inQuery = Request.Path.StartsWithSegments(HubPath) ? Request.Query[QueryName] : default;
        if (inHeader.Count + inQuery.Count == 0) return AuthenticateResult.NoResult();
        if (inHeader.Count + inQuery.Count > 1) return AuthenticateResult.Fail("More than one token.");

        var text = inHeader.Count == 1 ? AfterScheme(inHeader[0]) : inQuery[0];
        if (string.IsNullOrEmpty(text)) return AuthenticateResult.Fail("Not a bearer token.");
        var (token, fault) = await tokens.Verify(text, Context.RequestAborted);
        if (token is null) return AuthenticateResult.Fail(fault.ToString());

        var principal = new ClaimsPrincipal(new ClaimsIdentity(token.Caller.Claims(), SchemeName, Caller.HandleClaim, roleType: null));
        var properties = new AuthenticationProperties { ExpiresUtc = token.ExpiresAt };
        return AuthenticateResult.Success(new AuthenticationTicket(principal, properties, SchemeName));
    }

    /// <inheritdoc/>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var tried = Request.Headers.Authorization.Count > 0 || Request.Query.ContainsKey(QueryName);
        Response.Headers[HeaderNames.WWWAuthenticate] = tried ? $"{SchemeName} error=\"invalid_token\"" : SchemeName;
        return Problems.Write(Context, IdentityRefusals.NotSignedIn);
    }

    /// <inheritdoc/>
    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Problems.Write(Context, IdentityRefusals.NotAnAdmin);

    private static string? AfterScheme(string? header) =>
        header?.StartsWith(SchemeName + " ", StringComparison.OrdinalIgnoreCase) == true ? header[(SchemeName.Length + 1)..] : null;
}
