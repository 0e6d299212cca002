using System.ComponentModel;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>What all references to grains of one type through one interface have in common, within one silo.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class GrainReferenceShared
{
    private readonly Func<GrainReferenceShared, IdSpan, GrainReference> _create;

    internal GrainReferenceShared(
        CallRouter router,
        GrainType grainType,
        GrainInterfaceType interfaceType,
        Type clrInterface,
        Func<GrainReferenceShared, IdSpan, GrainReference> create)
    {
        Router = router;
        GrainType = grainType;
        InterfaceType = interfaceType;
        Interface = clrInterface;
        _create = create;
    }

    /// <summary>Takes requests from references to where their targets live.</summary>
    internal CallRouter Router { get; }

    /// <summary>What the router found for the grain type; its own cache.</summary>
    internal GrainClass? Class { get; set; }

    internal GrainType GrainType { get; }

    internal GrainInterfaceType InterfaceType { get; }

    internal Type Interface { get; }

    internal GrainReference Create(IdSpan key) => _create(this, key);
}
