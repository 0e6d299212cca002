namespace Orleans.Bundled;

/// <summary>The life of an activation. It only moves forward.</summary>
internal enum ActivationState : byte
{
    /// <summary>Registered; nothing has asked for it yet.</summary>
    Created,

    /// <summary>The constructor, lifecycle stages and the activation hook are running.</summary>
    Activating,

    /// <summary>Serves requests.</summary>
    Valid,

    /// <summary>Finishes what runs, then ends. Requests that wait are sent to the next activation.</summary>
    Deactivating,

    /// <summary>Has ended. Whatever still arrives is sent on.</summary>
    Invalid,
}
