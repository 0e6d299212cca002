using System.Diagnostics;

namespace OrleansSocial.Kernel;

/// <summary>What traces show of a shared transaction.</summary>
/// <remarks>
/// A transaction belongs to no caller and runs in nobody's context. It is a child of the first of its callers whose trace is recorded,
/// and its SQL is below it. A trace cannot share a span with another one, so each other caller gets a span of its own, as long as
/// the transaction, with a link to the one that has the SQL. Where nobody records nothing is made.
/// </remarks>
internal readonly struct CommitTrace : IDisposable
{
    private const string Span = "commit";
    private static readonly ActivitySource s_source = new("OrleansSocial.Kernel");

    private readonly Activity? _shared;
    private readonly List<Activity>? _others;

    private CommitTrace(Activity? shared, List<Activity>? others) => (_shared, _others) = (shared, others);

    /// <summary>Begins the spans of a transaction; that with the SQL is the current one from here on.</summary>
    public static CommitTrace Begin(List<Write> writes)
    {
        if (!s_source.HasListeners()) return default;

        var (shared, others) = (default(Activity), default(List<Activity>));
        foreach (var write in writes)
        {
            if (write.Trace == default) continue;
            if (shared is null)
            {
                shared = s_source.StartActivity(Span, ActivityKind.Internal, write.Trace);
                shared?.SetTag("social.commit.writes", writes.Count);
            }
            else if (s_source.StartActivity(Span, ActivityKind.Internal, write.Trace, links: [new(shared.Context)]) is { } other)
            {
                (others ??= []).Add(other);
            }
        }

        Activity.Current = shared;
        return new(shared, others);
    }

    /// <summary>Ends them.</summary>
    public void Dispose()
    {
        if (_shared is null) return;
        foreach (var other in _others ?? []) other.Stop();
        _shared.Stop();
        Activity.Current = null;
    }
}
