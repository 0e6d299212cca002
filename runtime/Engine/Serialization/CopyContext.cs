using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Orleans.Bundled;

/// <summary>
/// What one deep copy has copied so far, so that an object that occurs twice in the graph stays one object, and cycles end.
/// Rented per call and thread; the first few objects are found by a scan, more of them by a hash table.
/// </summary>
public sealed class CopyContext
{
    private const int ScannedMax = 8;
    private const int KeptMax = 1024;

    [ThreadStatic]
    private static CopyContext? t_spare;

    private object[] _originals = new object[ScannedMax];
    private object[] _copies = new object[ScannedMax];
    private int[]? _buckets;
    private int[]? _chain;
    private int _count;
    private object? _missed;
    private int _missedHash;

    private CopyContext()
    {
    }

    /// <summary>Takes a context that remembers nothing. Give it back with <see cref="Return"/>.</summary>
    public static CopyContext Rent()
    {
        var spare = t_spare;
        if (spare is null) return new CopyContext();
        t_spare = null;
        return spare;
    }

    /// <summary>Forgets everything and lets the next copy on this thread use the context.</summary>
    public void Return()
    {
        if (_originals.Length > KeptMax) return;
        Array.Clear(_originals, 0, _count);
        Array.Clear(_copies, 0, _count);
        if (_count > ScannedMax) Array.Clear(_buckets!);
        _count = 0;
        _missed = null;
        t_spare = this;
    }

    /// <summary>The copy that was made of <paramref name="original"/>, if one was.</summary>
    public bool TryGet<T>(T original, [NotNullWhen(true)] out T? copy)
        where T : class
    {
        var index = Find(original);
        copy = index < 0 ? null : Unsafe.As<T>(_copies[index]);
        return index >= 0;
    }

    /// <summary>Remembers a copy. Call it before the members are copied, or a cycle does not end.</summary>
    public void Record(object original, object copy)
    {
        if (_count == _originals.Length) Grow();
        var index = _count++;
        _originals[index] = original;
        _copies[index] = copy;
        if (_count <= ScannedMax) return;
        if (_count == ScannedMax + 1) for (var i = 0; i < index; i++) Chain(i, RuntimeHelpers.GetHashCode(_originals[i]));

        // An object is recorded right after it was looked for in vain.
        Chain(index, ReferenceEquals(_missed, original) ? _missedHash : RuntimeHelpers.GetHashCode(original));
    }

    /// <summary>Refuses, by an exception that can be caught, a graph too deep for the stack.</summary>
    public static void EnsureDepth() => RuntimeHelpers.EnsureSufficientExecutionStack();

    /// <summary>A copy of all fields; the caller replaces those whose values can change.</summary>
    public static T Clone<T>(T value)
        where T : class => Unsafe.As<T>(MemberwiseClone(value));

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "MemberwiseClone")]
    private static extern object MemberwiseClone(object value);

    private int Find(object original)
    {
        if (_count <= ScannedMax)
        {
            var originals = _originals;
            for (var i = 0; i < _count; i++)
                if (ReferenceEquals(originals[i], original)) return i;
            return -1;
        }

        var hash = RuntimeHelpers.GetHashCode(original);
        var index = _buckets![hash & (_buckets.Length - 1)] - 1;
        while (index >= 0)
        {
            if (ReferenceEquals(_originals[index], original)) return index;
            index = _chain![index] - 1;
        }

        _missed = original;
        _missedHash = hash;
        return -1;
    }

    // Both arrays hold index + 1, so that zeroed memory means "none".
    private void Chain(int index, int hash)
    {
        ref var bucket = ref _buckets![hash & (_buckets.Length - 1)];
        _chain![index] = bucket;
        bucket = index + 1;
    }

    // The tables exist from the first growth on, which is when the scan ends.
    private void Grow()
    {
        var size = _originals.Length * 4;
        Array.Resize(ref _originals, size);
        Array.Resize(ref _copies, size);
        _buckets = new int[size];
        _chain = new int[size];
        if (_count > ScannedMax) for (var i = 0; i < _count; i++) Chain(i, RuntimeHelpers.GetHashCode(_originals[i]));
    }
}
