using System.Diagnostics.CodeAnalysis;

namespace OrleansSocial.Identity;

/// <summary>The form of handles, and the one way to the account behind one.</summary>
public static class Handles
{
    /// <summary>The fewest characters of a handle.</summary>
    public const int CharsMin = 3;

    /// <summary>The most characters of a handle.</summary>
    public const int CharsMax = 30;

    private const string KeyPrefix = "user:";

    /// <summary>Gives the lower-case form of a well-formed handle; false for everything that cannot be one.</summary>
    public static bool TryNormalize([NotNullWhen(true)] string? text, [NotNullWhen(true)] out string? handle)
    {
        handle = null;
        if (text is not { Length: >= CharsMin and <= CharsMax } || !char.IsAsciiLetter(text[0])) return false;
        foreach (var c in text)
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
                return false;
        handle = text.ToLowerInvariant();
        return true;
    }

    /// <summary>The key of the account grain of a normalized handle.</summary>
    public static string AccountKey(string handle) => KeyPrefix + handle;

    /// <summary>The handle of an account grain's key.</summary>
    public static string OfAccountKey(string key) => key.StartsWith(KeyPrefix, StringComparison.Ordinal) ? key[KeyPrefix.Length..] : key;
}
