namespace OrleansSocial.Identity;

/// <summary>Every refusal of this slice.</summary>
public static class IdentityRefusals
{
    /// <summary>The handle is not of the form that handles have.</summary>
    public static readonly Refusal Handle = new("identity.handle", Kind.Unprocessable, "A handle is 3 to 30 of a-z, 0-9 and underscore, and begins with a letter.");

    /// <summary>The display name shows nothing or is too long.</summary>
    public static readonly Refusal DisplayName = new("identity.display_name", Kind.Unprocessable, "A display name has 1 to 50 characters, one of which at least can be seen.");

    /// <summary>The password is too short or too long.</summary>
    public static readonly Refusal PasswordLength = new("identity.password_length", Kind.Unprocessable, "A password has 8 to 128 characters.");

    /// <summary>The route is for operators.</summary>
    public static readonly Refusal NotAnAdmin = new("identity.not_an_admin", Kind.Forbidden, "Only who operates this system may do this; see Social:Admins.");

    /// <summary>Somebody has this handle.</summary>
    public static readonly Refusal HandleTaken = new("identity.handle_taken", Kind.Conflict, "This handle is taken; choose another.");

    /// <summary>Name or password is wrong.</summary>
    public static readonly Refusal WrongCredentials = new("identity.wrong_credentials", Kind.Unauthenticated, "The handle or the password is wrong.");

    /// <summary>There is no token.</summary>
    public static readonly Refusal NotSignedIn = new("identity.not_signed_in", Kind.Unauthenticated, "Sign in and send the access token as a bearer token.");

    /// <summary>The access token was good, and its time is over.</summary>
    public static readonly Refusal TokenExpired = new("identity.token_expired", Kind.Unauthenticated, "The access token has expired; exchange the refresh token for a new one and send the request again.");

    /// <summary>What came is no access token or ticket of this service, or one that was used up.</summary>
    public static readonly Refusal TokenInvalid = new("identity.token_invalid", Kind.Unauthenticated, "This is no valid token; sign in and send the access token as a bearer token.");

    /// <summary>The session has ended.</summary>
    public static readonly Refusal SessionEnded = new("identity.session_ended", Kind.Unauthenticated, "This session has ended; sign in again.");

    /// <summary>A refresh token came a second time; the session is ended in case it was stolen.</summary>
    public static readonly Refusal RefreshReused = new("identity.refresh_reused", Kind.Unauthenticated, "This refresh token was used before, so the session was ended; sign in again.");

    /// <summary>Too many passwords are being checked at the moment.</summary>
    public static readonly Refusal Busy = new("identity.busy", Kind.Unavailable, "Too many people are signing in at the moment; try again in a second.") { RetryAfterSeconds = 1 };
}
