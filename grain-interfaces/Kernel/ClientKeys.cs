using System.Diagnostics.CodeAnalysis;

namespace OrleansSocial.Kernel;

/// <summary>The form of the keys under which clients repeat a request so that it happens once.</summary>
public static class ClientKeys
{
    /// <summary>The most characters of a key.</summary>
    public const int CharsMax = 64;

    /// <summary>Whether a text can be one: 1 to 64 visible ASCII characters.</summary>
    public static bool IsKey([NotNullWhen(true)] string? text) => text is { Length: >= 1 and <= CharsMax } && !text.AsSpan().ContainsAnyExceptInRange('!', '~');
}
