using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>The views that a silo has seen, as far back as they can matter.</summary>
internal sealed class ViewHistory
{
    // A member that has not settled for so many changes is taken for one that may have any grain.
    private const int ViewsMax = 128;

    private readonly Dictionary<long, ClusterView> _views = [];

    public void Add(ClusterView view)
    {
        _views[view.Version] = view;
        var oldest = Math.Max(view.Version - ViewsMax, view.Members.IsEmpty ? view.Version : view.Members.Min(m => m.Settled));
        foreach (var version in _views.Keys.Where(v => v < oldest).ToArray()) _views.Remove(version);
    }

    /// <summary>
    /// The members that may still have an activation of a grain that a view gives to <paramref name="owner"/>: those that owned it in a
    /// view from the one they settled last, up to the one before, as far as it is known who owned it.
    /// </summary>
    public IEnumerable<Member> Holders(GrainId grainId, ClusterView view, long owner) =>
        view.Members.Where(m => m.Epoch != owner && m.Settled < view.Version && MayHold(m, grainId, view.Version));

    private bool MayHold(Member member, GrainId grainId, long before)
    {
        for (var version = member.Settled; version < before; version++)
        {
            if (!_views.TryGetValue(version, out var view) || view.OwnerOf(grainId)?.Epoch == member.Epoch) return true;
        }

        return false;
    }
}
