using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>An immutable set of request context values.</summary>
internal sealed class RequestContextData
{
    private RequestContextData(Dictionary<string, object> values)
    {
        Values = values;
        foreach (var value in values.Values) NeedsCopy |= !IsSimple(value);
        if (values.TryGetValue(RequestContext.ReentrancyKey, out var id) && id is Guid guid) ReentrancyId = guid;
    }

    public Dictionary<string, object> Values { get; }

    /// <summary>Whether a value could be changed behind the callee's back.</summary>
    public bool NeedsCopy { get; }

    public Guid ReentrancyId { get; }

    public static RequestContextData With(RequestContextData? before, string key, object value)
    {
        var values = before is null ? [] : new Dictionary<string, object>(before.Values);
        values[key] = value;
        return new RequestContextData(values);
    }

    public static RequestContextData? Without(RequestContextData before, string key)
    {
        if (before.Values.Count == 1) return null;
        var values = new Dictionary<string, object>(before.Values);
        values.Remove(key);
        return new RequestContextData(values);
    }

    /// <summary>What another process sent; null for nothing.</summary>
    public static RequestContextData? From(Dictionary<string, object>? values) =>
        values is null or { Count: 0 } ? null : new RequestContextData(values);

    public RequestContextData Copy()
    {
        var values = new Dictionary<string, object>(Values.Count);
        foreach (var (key, value) in Values) values.Add(key, IsSimple(value) ? value : DeepCopyOf(value));
        return new RequestContextData(values);
    }

    private static object DeepCopyOf(object value) => Copiers.CopyRuntime(value, null);

    private static bool IsSimple(object? value) =>
        value is null or string or Guid or DateTime or DateTimeOffset or TimeSpan or decimal || value.GetType().IsPrimitive;
}
