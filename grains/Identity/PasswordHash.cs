using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using NSec.Cryptography;

namespace OrleansSocial.Identity;

/// <summary>What is stored of a password: an argon2id digest with the limits and the salt that it was made with, written as a PHC string.</summary>
internal sealed partial record PasswordHash(int MemoryKiB, int Passes, byte[] Salt, byte[] Digest)
{
    private const int SaltBytes = 16;
    private const int DigestBytes = 32;

    /// <summary>Hashes a password with a fresh salt. Slow and large by intent.</summary>
    public static PasswordHash Of(ReadOnlySpan<byte> password, int memoryKiB, int passes)
    {
        var made = new PasswordHash(memoryKiB, passes, RandomNumberGenerator.GetBytes(SaltBytes), new byte[DigestBytes]);
        made.Derive(password, made.Digest);
        return made;
    }

    /// <summary>Reads a PHC string; null when it is none of argon2id with the sizes that <see cref="Of"/> writes.</summary>
    public static PasswordHash? Parse(string phc) =>
        Phc().Match(phc) is { Success: true, Groups: var part }
            ? new(Number(part["m"]), Number(part["t"]), Convert.FromBase64String(part["salt"].Value + "=="), Convert.FromBase64String(part["digest"].Value + "="))
            : null;

    /// <summary>Whether a password is the one of this hash; as slow as the hash was.</summary>
    public bool Matches(ReadOnlySpan<byte> password)
    {
        Span<byte> digest = stackalloc byte[DigestBytes];
        try
        {
            Derive(password, digest);
            return CryptographicOperations.FixedTimeEquals(digest, Digest);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(digest);
        }
    }

    /// <summary>The PHC string.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"$argon2id$v=19$m={MemoryKiB},t={Passes},p=1${Convert.ToBase64String(Salt).TrimEnd('=')}${Convert.ToBase64String(Digest).TrimEnd('=')}");

    private static int Number(Group digits) => int.Parse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>The base64 of a PHC string has no padding: 16 bytes are 22 characters and 32 bytes are 43.</summary>
    [GeneratedRegex(@"^\$argon2id\$v=19\$m=(?<m>[1-9][0-9]{0,8}),t=(?<t>[1-9][0-9]{0,8}),p=1\$(?<salt>[A-Za-z0-9+/]{22})\$(?<digest>[A-Za-z0-9+/]{43})\z")]
    private static partial Regex Phc();

    private void Derive(ReadOnlySpan<byte> password, Span<byte> digest)
    {
        var limits = new Argon2Parameters { DegreeOfParallelism = 1, MemorySize = MemoryKiB, NumberOfPasses = Passes };
        try
        {
            PasswordBasedKeyDerivationAlgorithm.Argon2id(in limits).DeriveBytes(password, Salt, digest);
        }
        catch (Exception e) when (e is not ArgumentException)
        {
            // Limits that argon2id takes can fail for want of memory only, and the library's exception does not say so.
            throw new InvalidOperationException($"argon2id could not have {MemoryKiB} KiB of memory.", e);
        }
    }
}
