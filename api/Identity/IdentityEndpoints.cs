using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OrleansSocial.RateLimits;

namespace OrleansSocial.Identity;

/// <summary>Signing up, in and out, and the bearer tokens of every other route.</summary>
public static class IdentityEndpoints
{
    private const int BodyBytesMax = 8192;

    /// <summary>Opening accounts.</summary>
    private static readonly Rate s_registering = new("Register", tokensMax: 20, tokensPerSecond: 1 / 30d);

    /// <summary>Signing in, per address.</summary>
    private static readonly Rate s_signingIn = new("Login", tokensMax: 30, tokensPerSecond: 0.5);

    /// <summary>Signing in, per name that is tried.</summary>
    private static readonly Rate s_signingInAs = new("LoginName", tokensMax: 10, tokensPerSecond: 0.1);

    /// <summary>Exchanging refresh tokens and signing out.</summary>
    private static readonly Rate s_refreshing = new("Refresh", tokensMax: 60, tokensPerSecond: 2);

    /// <summary>A handle's form that nobody can register: names that cannot be are tried against it and take their time.</summary>
    private const string Nobody = "0";

    /// <summary>Maps the slice's routes, under the group of the version.</summary>
    public static IEndpointRouteBuilder MapIdentity(this IEndpointRouteBuilder v1)
    {
        var auth = v1.MapGroup("/auth").WithTags("Identity").BodyBytesMax(BodyBytesMax);
        auth.MapPost("/register", Register).Public().Limited(s_registering).RepeatedWithKey().WithSummary("Open an account and sign in")
            .Creates(keyKept: "in the account", (SessionTokens made) => $"/v1/users/{made.User}")
            .Asks<IAccountGrain>(nameof(IAccountGrain.Register));
        auth.MapPost("/login", Login).Public().Limited(s_signingIn).Once().LimitedByName(s_signingInAs, (SignIn body) => Handles.TryNormalize(body.Handle, out var handle) ? handle : null).WithSummary("Sign in")
            .Asks<IAccountGrain>(nameof(IAccountGrain.Login));
        auth.MapPost("/refresh", Refresh).Public().Limited(s_refreshing).Once().WithSummary("Exchange a refresh token for new tokens")
            .Refuses(IdentityRefusals.SessionEnded).Asks<ISessionGrain>(nameof(ISessionGrain.Refresh));
        auth.MapPost("/logout", Logout).Signed().Limited(s_refreshing).Repeated().WithSummary("End the session").Asks<ISessionGrain>(nameof(ISessionGrain.End));
        auth.MapPost("/tickets", Ticket).Signed().Limited(Rate.Live).Repeated().WithSummary("Get a ticket that opens one live connection within 30 seconds, as ?ticket= of the event stream or the hub")
            .Asks<ITicketGrain>(nameof(ITicketGrain.Issue));
        v1.MapRights();
        return v1;
    }

    private static Task<Outcome<SessionTokens>> Register(SignUp body, IdempotencyKey key, IGrainFactory grains) =>
        Account(grains, body.Handle).Register(new(body.Handle, body.DisplayName, body.Password, key.Value));

    private static Task<Outcome<SessionTokens>> Login(SignIn body, IGrainFactory grains) => Account(grains, body.Handle).Login(body.Password);

    private static async Task<Outcome<SessionTokens>> Refresh(RefreshTokenBody body, IGrainFactory grains, EndedSessions ended)
    {
        if (RefreshTokens.Read(body.RefreshToken) is not { } token) return IdentityRefusals.SessionEnded;
        var session = RefreshTokens.SessionOf(token);
        var outcome = await grains.GetGrain<ISessionGrain>(session).Refresh(body.RefreshToken);
        if (outcome.Refusal == IdentityRefusals.RefreshReused) ended.Mark(session);
        return outcome;
    }

    private static async Task<Outcome<Done>> Logout(Caller caller, IGrainFactory grains, EndedSessions ended)
    {
        await grains.GetGrain<ISessionGrain>(caller.Session).End();
        ended.Mark(caller.Session);
        return Done.Instance;
    }

    private static async Task<Outcome<LiveTicket>> Ticket(Caller caller, IGrainFactory grains)
    {
        var ticket = Tickets.New();
        await grains.GetGrain<ITicketGrain>(Tickets.KeyOf(ticket)).Issue(new(caller.User, caller.Session, caller.Handle, caller.ExpiresAt));
        return new LiveTicket(ticket, Tickets.SecondsMax);
    }

    private static IAccountGrain Account(IGrainFactory grains, string name) =>
        grains.GetGrain<IAccountGrain>(Handles.AccountKey(Handles.TryNormalize(name, out var handle) ? handle : Nobody));
}

/// <summary>Opens an account.</summary>
/// <param name="Handle">3 to 30 of a–z, 0–9 and underscore, beginning with a letter.</param>
/// <param name="Password">8 to 128 characters.</param>
/// <param name="DisplayName">1 to 50 characters; the handle when absent.</param>
public sealed record SignUp([property: StringLength(Handles.CharsMax, MinimumLength = Handles.CharsMin)] string Handle, string Password, string? DisplayName = null);

/// <summary>Signs in.</summary>
/// <param name="Handle">Whose account.</param>
/// <param name="Password">Their password.</param>
public sealed record SignIn(string Handle, string Password);

/// <summary>Opens one live connection.</summary>
/// <param name="Ticket">Good once.</param>
/// <param name="ExpiresInSeconds">And for so long.</param>
public sealed record LiveTicket(string Ticket, int ExpiresInSeconds);

/// <summary>Asks for new tokens.</summary>
/// <param name="RefreshToken">The newest refresh token of the session.</param>
public sealed record RefreshTokenBody(string RefreshToken);
