namespace OrleansSocial.Identity;

/// <summary>One login name and its password. Key: <c>user:</c> and the handle in lower case.</summary>
[Alias("identity.account")]
public interface IAccountGrain : IGrainWithStringKey
{
    /// <summary>Opens the account and signs in. Durable before it answers.</summary>
    /// <remarks>
    /// Refusals, in order: <c>identity.handle</c>, <c>identity.display_name</c>, <c>identity.password_length</c>, <c>request.text_not_storable</c>, <c>identity.handle_taken</c>
    /// (or <c>request.key_reused</c>, when this key opened the account with another name or password), <c>identity.busy</c>.
    /// </remarks>
    [Alias("register")]
    Task<Outcome<SessionTokens>> Register(RegisterAccount command);

    /// <summary>Signs in with a password; starts a session.</summary>
    /// <remarks>Refusals: <c>identity.wrong_credentials</c>, the same and in the same time whether the name or the password is wrong; <c>identity.busy</c> when the hashing pool is full.</remarks>
    [Alias("login")]
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
    /// <remarks>Refusals: <c>identity.session_ended</c> when a session with this key was started before, for its tokens cannot be told again.</remarks>
    [Alias("start"), ClusterOnly]
    Task<Outcome<SessionTokens>> Start(UserId user, string handle);

    /// <summary>Exchanges the newest refresh token for new tokens. A token that was exchanged already ends the whole session.</summary>
    /// <remarks>
    /// Refusals, in order: <c>identity.session_ended</c> (also for a token that this session never had, which ends nothing), <c>identity.refresh_reused</c>.
    /// The exchange is durable before it answers.
    /// </remarks>
    [Alias("refresh")]
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
