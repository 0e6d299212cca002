namespace OrleansSocial.Identity;

/// <summary>What is held of an account. Absent until somebody registers the handle.</summary>
[GenerateSerializer, Alias("identity.account-state")]
internal sealed record AccountState
{
    /// <summary>Who.</summary>
    [Id(0)]
    public UserId User { get; init; }

    /// <summary>argon2id as a PHC string.</summary>
    [Id(1)]
    public string PasswordHash { get; init; } = "";

    /// <summary>When it was opened, UTC.</summary>
    [Id(2)]
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Hash of the idempotency key and the name with which it was opened; empty without a key.</summary>
    [Id(3)]
    public byte[] OpenedBy { get; init; } = [];
}

/// <summary>What is held of a session. Invariants: 1. Only hashes of tokens. 2. RefreshExpiresAt is at most SessionDaysMax after StartedAt. 3. Once ended it stays ended.</summary>
[GenerateSerializer, Alias("identity.session-state")]
internal sealed record SessionState
{
    /// <summary>Whose.</summary>
    [Id(0)]
    public UserId User { get; init; }

    /// <summary>Their handle.</summary>
    [Id(1)]
    public string Handle { get; init; } = "";

    /// <summary>When the device signed in, UTC.</summary>
    [Id(2)]
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>Hash of what all refresh tokens of the session share.</summary>
    [Id(3)]
    public byte[] FamilyHash { get; init; } = [];

    /// <summary>Hash of what the newest refresh token alone has.</summary>
    [Id(4)]
    public byte[] SecretHash { get; init; } = [];

    /// <summary>When the newest refresh token ends, UTC.</summary>
    [Id(5)]
    public DateTimeOffset RefreshExpiresAt { get; init; }

    /// <summary>When the session was ended, UTC; null while it lives.</summary>
    [Id(6)]
    public DateTimeOffset? EndedAt { get; init; }
}

/// <summary>The signing keys, newest first.</summary>
[GenerateSerializer, Alias("identity.key-ring-state")]
internal sealed record KeyRingState
{
    /// <summary>The newest signs; the others verify until NotAfter.</summary>
    [Id(0)]
    public List<SigningKey> Keys { get; init; } = [];
}

/// <summary>One signing key.</summary>
[GenerateSerializer, Alias("identity.signing-key")]
internal sealed record SigningKey
{
    /// <summary>The <c>kid</c>: the beginning of the public key's hash.</summary>
    [Id(0)]
    public string KeyId { get; init; } = "";

    /// <summary>PKCS #8, DER.</summary>
    [Id(1)]
    public byte[] PrivateKey { get; init; } = [];

    /// <summary>SubjectPublicKeyInfo, DER.</summary>
    [Id(2)]
    public byte[] PublicKey { get; init; } = [];

    /// <summary>When it was made, UTC.</summary>
    [Id(3)]
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>No token signed with it is valid after this, UTC.</summary>
    [Id(4)]
    public DateTimeOffset NotAfter { get; init; }

    /// <summary>Says nothing of the private key, so that it cannot get into a log.</summary>
    public override string ToString() => $"signing key {KeyId}";
}
