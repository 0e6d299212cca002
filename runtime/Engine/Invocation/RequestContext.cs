using Orleans.Bundled;

namespace Orleans.Runtime;

/// <summary>
/// Values that travel with calls, from caller to callee and never back. Setting one concerns the current flow of execution and
/// what it calls from then on. Values are copied when a call leaves, so they must be serializable.
/// </summary>
public static class RequestContext
{
    /// <summary>The reserved key of the call chain's reentrancy id.</summary>
    internal const string ReentrancyKey = "#CCR";

    private static readonly AsyncLocal<RequestContextData?> s_data = new();

    /// <summary>
    /// The id under which calls of this flow may re-enter activations that opened a section; empty for none.
    /// </summary>
    public static Guid ReentrancyId
    {
        get => s_data.Value?.ReentrancyId ?? Guid.Empty;
        set
        {
            if (value == Guid.Empty) Remove(ReentrancyKey);
            else Set(ReentrancyKey, value);
        }
    }

    /// <summary>The keys that have a value.</summary>
    public static IEnumerable<string> Keys => s_data.Value?.Values.Keys ?? Enumerable.Empty<string>();

    /// <summary>The keys and their values.</summary>
    public static IEnumerable<KeyValuePair<string, object>> Entries => s_data.Value?.Values ?? Enumerable.Empty<KeyValuePair<string, object>>();

    /// <summary>The value of a key, or null.</summary>
    public static object? Get(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return s_data.Value is { } data && data.Values.TryGetValue(key, out var value) ? value : null;
    }

    /// <summary>Sets a value for the current flow and the calls it makes from now on.</summary>
    public static void Set(string key, object value)
    {
        ArgumentNullException.ThrowIfNull(key);
        s_data.Value = RequestContextData.With(s_data.Value, key, value);
    }

    /// <summary>Removes a value from the current flow. False when there was none.</summary>
    public static bool Remove(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (s_data.Value is not { } data || !data.Values.ContainsKey(key)) return false;
        s_data.Value = RequestContextData.Without(data, key);
        return true;
    }

    /// <summary>Removes every value from the current flow.</summary>
    public static void Clear()
    {
        if (s_data.Value is not null) s_data.Value = null;
    }

    /// <summary>
    /// Lets calls made within the section, however deep, re-enter the current activation while it waits for them. Dispose ends
    /// the section and restores what was before.
    /// </summary>
    public static ReentrancySection AllowCallChainReentrancy()
    {
        var before = ReentrancyId;
        var id = before == Guid.Empty ? Guid.NewGuid() : before;
        var activation = RuntimeContext.Current as Activation;
        activation?.EnterSection(id);
        if (before == Guid.Empty) ReentrancyId = id;
        return new ReentrancySection(activation, before, id);
    }

    /// <summary>Makes calls within the section wait their turn like any other. Dispose restores what was before.</summary>
    public static ReentrancySection SuppressCallChainReentrancy()
    {
        var before = ReentrancyId;
        if (before != Guid.Empty) ReentrancyId = Guid.Empty;
        return new ReentrancySection(null, before, Guid.Empty);
    }

    /// <summary>What a call made now carries; null for nothing.</summary>
    internal static RequestContextData? Export()
    {
        var data = s_data.Value;
        return data is null || !data.NeedsCopy ? data : data.Copy();
    }

    /// <summary>Makes what a call carried the context of the current flow.</summary>
    internal static void Import(RequestContextData? data) => s_data.Value = data;

    /// <summary>An open section of call-chain reentrancy, or one of its suppression.</summary>
    public readonly struct ReentrancySection : IDisposable
    {
        private readonly Activation? _activation;
        private readonly Guid _before;
        private readonly Guid _id;

        internal ReentrancySection(Activation? activation, Guid before, Guid id)
        {
            _activation = activation;
            _before = before;
            _id = id;
        }

        /// <summary>Ends the section.</summary>
        public void Dispose()
        {
            _activation?.LeaveSection(_id);
            if (_before != _id) ReentrancyId = _before;
        }
    }
}
