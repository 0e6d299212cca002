using Orleans.Runtime;

namespace Orleans.Runtime
{
    /// <summary>Marks what can be called through a reference: grains, observers and extensions.</summary>
    public interface IAddressable;
}

namespace Orleans
{
    /// <summary>Marks a grain interface. Use one of its derived forms, which say what kind of key the grain has.</summary>
    public interface IGrain : IAddressable;

    /// <summary>Marks a grain interface whose grains are identified by a text.</summary>
    public interface IGrainWithStringKey : IGrain;

    /// <summary>Marks a grain interface whose grains are identified by a GUID.</summary>
    public interface IGrainWithGuidKey : IGrain;

    /// <summary>Marks a grain interface whose grains are identified by a 64-bit integer.</summary>
    public interface IGrainWithIntegerKey : IGrain;

    /// <summary>Marks a grain interface whose grains are identified by a GUID and a text.</summary>
    public interface IGrainWithGuidCompoundKey : IGrain;

    /// <summary>Marks a grain interface whose grains are identified by a 64-bit integer and a text.</summary>
    public interface IGrainWithIntegerCompoundKey : IGrain;

    /// <summary>Marks an interface of objects outside grains that grains call back.</summary>
    public interface IGrainObserver : IAddressable;

    /// <summary>Marks a runtime service that is addressed by silo rather than placed like a grain.</summary>
    public interface ISystemTarget : IAddressable;

    /// <summary>
    /// What every grain class implements. A class that does not derive from <see cref="Grain"/> only has to supply
    /// <see cref="GrainContext"/>, usually from its constructor.
    /// </summary>
    public interface IGrainBase
    {
        /// <summary>The activation that this instance belongs to.</summary>
        IGrainContext GrainContext { get; }

        /// <summary>
        /// Runs before the first request of the activation, after its persistent states were read. A failure fails the
        /// activation: every waiting request gets the exception. <paramref name="token"/> fires when activation takes too long.
        /// </summary>
        Task OnActivateAsync(CancellationToken token) => Task.CompletedTask;

        /// <summary>
        /// Runs after the last request of the activation. It is a courtesy: a crash, a kill or a timeout skips it. A failure is
        /// logged and ignored.
        /// </summary>
        Task OnDeactivateAsync(DeactivationReason reason, CancellationToken token) => Task.CompletedTask;
    }
}
