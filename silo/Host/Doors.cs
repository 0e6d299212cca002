namespace OrleansSocial.Host;

/// <summary>Whether this process serves requests, and if not, what it waits for or why it never will again.</summary>
/// <remarks>Invariant: once shut for good they never open again.</remarks>
internal sealed class Doors
{
    private readonly Lock _gate = new();
    private volatile string? _reason = "it starts";
    private bool _forGood;

    /// <summary>Why nothing is served; null while requests are.</summary>
    public string? Reason => _reason;

    /// <summary>Keeps the doors shut until something has come about.</summary>
    public void WaitFor(string what) => Set($"it waits for {what}", forGood: false);

    /// <summary>Opens the doors.</summary>
    public void Open() => Set(null, forGood: false);

    /// <summary>Shuts the doors for as long as this process lives.</summary>
    public void ShutForGood(string why) => Set(why, forGood: true);

    private void Set(string? reason, bool forGood)
    {
        lock (_gate)
        {
            if (_forGood) return;
            (_reason, _forGood) = (reason, forGood);
        }
    }
}
