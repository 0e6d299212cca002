using System.Reflection;
using System.Runtime.InteropServices;

namespace OrleansSocial.Identity;

/// <summary>The few functions of libsodium that hash passwords with argon2id.</summary>
internal static partial class Sodium
{
    /// <summary>The length of a PHC string with its closing NUL.</summary>
    public const int PhcBytesMax = 128;

    private const string Library = "libsodium";
    private const int Argon2id = 2;

    /// <summary>Debian and Ubuntu name the library by its version; others and macOS by its name.</summary>
    private static readonly string[] s_names = ["libsodium.so.23", "libsodium.so.26", "libsodium.so", "libsodium.dylib", "libsodium"];

    private static readonly Lazy<string?> s_fault = new(Load);

    /// <summary>Null when the library is ready; otherwise what is wrong and what to do.</summary>
    public static string? Fault => s_fault.Value;

    /// <summary>Hashes a password with a fresh salt into a PHC string. Slow and large by intent.</summary>
    /// <exception cref="InvalidOperationException">The memory that the limits ask for cannot be had.</exception>
    public static unsafe string Hash(ReadOnlySpan<byte> password, ulong operations, nuint memoryBytes)
    {
        Ready();
        var phc = stackalloc byte[PhcBytesMax];
        fixed (byte* text = password)
        {
            if (HashNative(phc, text, (ulong)password.Length, operations, memoryBytes, Argon2id) != 0)
                throw new InvalidOperationException($"argon2id could not have {memoryBytes / 1024} KiB of memory.");
        }

        return Marshal.PtrToStringUTF8((nint)phc)!;
    }

    /// <summary>Whether a password is the one of a PHC string; as slow as the hash was. A text that is no PHC string matches nothing.</summary>
    public static unsafe bool Verify(string phc, ReadOnlySpan<byte> password)
    {
        Ready();
        fixed (byte* text = password) return VerifyNative(phc, text, (ulong)password.Length) == 0;
    }

    /// <summary>Whether a PHC string was made with other limits than these.</summary>
    public static bool NeedsRehash(string phc, ulong operations, nuint memoryBytes)
    {
        Ready();
        return NeedsRehashNative(phc, operations, memoryBytes) != 0;
    }

    private static void Ready()
    {
        if (Fault is { } fault) throw new InvalidOperationException(fault);
    }

    private static string? Load()
    {
        NativeLibrary.SetDllImportResolver(typeof(Sodium).Assembly, Resolve);
        try
        {
            return Init() < 0 ? "libsodium does not start." : null;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return "libsodium 1.0.13 or newer is missing; install it (Debian and Ubuntu: apt-get install libsodium23).";
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Library) return 0;
        foreach (var candidate in s_names)
            if (NativeLibrary.TryLoad(candidate, assembly, path, out var handle))
                return handle;
        return 0;
    }

    [LibraryImport(Library, EntryPoint = "sodium_init")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Init();

    [LibraryImport(Library, EntryPoint = "crypto_pwhash_str_alg")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int HashNative(byte* phc, byte* password, ulong passwordBytes, ulong operations, nuint memoryBytes, int algorithm);

    [LibraryImport(Library, EntryPoint = "crypto_pwhash_str_verify", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int VerifyNative(string phc, byte* password, ulong passwordBytes);

    [LibraryImport(Library, EntryPoint = "crypto_pwhash_str_needs_rehash", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int NeedsRehashNative(string phc, ulong operations, nuint memoryBytes);
}
