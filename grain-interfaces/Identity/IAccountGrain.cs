namespace OrleansSocial.Identity;

/// <summary>One login name and its password. Key: <c>user:</c> and the handle in lower case.</summary>
[Alias("identity.account")]
public interface IAccountGrain : IGrainWithStringKey
{
    /// <summary>Opens the account and signs in. Durable before it answers.</summary>
    /// <remarks>A handle that is in use is taken, unless this key opened the account: then another name or password is a key that was used before.</remarks>
    [Alias("register")]
    [Refuses(
        "identity.handle", "identity.display_name", "request.text_not_storable", "request.label", "identity.password_length",
        "identity.handle_taken", "request.key_reused", "identity.busy")]
    Task<Outcome<SessionTokens>> Register(RegisterAccount command);

    /// <summary>Signs in with a password; starts a session.</summary>
    /// <remarks>Busy is the hashing pool when it is full. Credentials are wrong in the same words and the same time whether it is the name or the password.</remarks>
    [Alias("login"), Refuses("identity.busy", "identity.wrong_credentials")]
    Task<Outcome<SessionTokens>> Login(string password);

    /// <summary>The person behind the name, or null when there is no such account.</summary>
    [Alias("find")]
    Task<UserId?> Find();
}

/// <summary>One signed-in device: a family of refresh tokens. Key: session id.</summary>
[Alias("identity.session")]
public interface ISessionGrain : IGrainWithGuidKey
{
    /// <summary>Starts the session for a person and makes its first tokens.</summary>
    /// <remarks>One that was started before counts as ended, for its tokens cannot be told again.</remarks>
    [Alias("start"), ClusterOnly, Refuses("identity.session_ended")]
    Task<Outcome<SessionTokens>> Start(UserId user, string handle);

    /// <summary>Exchanges the newest refresh token for new tokens. A token that was exchanged already ends the whole session.</summary>
    /// <remarks>A token that this session never had is told that it has ended, and ends nothing. The exchange is durable before it answers.</remarks>
    [Alias("refresh"), Refuses("identity.session_ended", "identity.refresh_reused")]
    Task<Outcome<SessionTokens>> Refresh(string refreshToken);

    /// <summary>Ends the session: its access tokens are refused on every node within a second. Again: changes nothing.</summary>
    [Alias("end")]
    Task End();
}

/// <summary>The signing keys of the cluster. Key: 0.</summary>
[Alias("identity.keys")]
public interface IKeyRingGrain : IGrainWithIntegerKey
{
    /// <summary>Every key that a valid token may be signed with, and what tokens have in common. Rotates when the newest key is old.</summary>
    [Alias("keys")]
    Task<KeyRing> Keys();

    /// <summary>Signs claims into an access token (JWS compact form, ES256) with the newest key.</summary>
    [Alias("sign"), ClusterOnly]
    Task<string> Sign(UserId user, SessionId session, string handle, DateTimeOffset expiresAt);

    /// <summary>Makes a new signing key at once; older ones still verify until the last token signed with them ends.</summary>
    [Alias("rotate"), ClusterOnly]
    Task Rotate();
}
