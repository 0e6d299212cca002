namespace Orleans.Runtime;

/// <summary>The base class of generated proxies: the identity of a grain, seen as one of its interfaces.</summary>
public abstract class GrainReference : IAddressable
{
    /// <summary>The grain.</summary>
    public abstract GrainId GrainId { get; }

    internal abstract GrainReference Cast(Type interfaceType);
}
