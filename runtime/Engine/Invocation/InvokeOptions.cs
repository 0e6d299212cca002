using System.ComponentModel;

namespace Orleans.Bundled;

/// <summary>What the attributes of a grain method ask of the engine.</summary>
[Flags, EditorBrowsable(EditorBrowsableState.Never)]
public enum InvokeOptions
{
    /// <summary>An ordinary request: answered, and admitted when nothing else runs.</summary>
    None = 0,

    /// <summary>Nobody waits for the outcome.</summary>
    OneWay = 1,

    /// <summary>May run beside other read-only requests.</summary>
    ReadOnly = 2,

    /// <summary>May run beside anything.</summary>
    AlwaysInterleave = 4,

    /// <summary>The method declares a cancellation token.</summary>
    Cancellable = 8,

    /// <summary>The method is called on an extension of the grain rather than on the grain.</summary>
    Extension = 16,
}
