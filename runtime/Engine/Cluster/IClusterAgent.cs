using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>Whether this silo may run an activation of a grain now.</summary>
internal enum Admission
{
    /// <summary>Yes: this silo owns the grain and nobody else has an activation of it.</summary>
    Here,

    /// <summary>No: another silo owns it. The request goes there.</summary>
    Elsewhere,

    /// <summary>Not yet: this silo owns it, and a silo that owned it before may still have an activation.</summary>
    Wait,

    /// <summary>No: this silo cannot be sure of its lease. The request fails.</summary>
    NotServing,
}

/// <summary>The part of a silo that takes part in the cluster: holds its lease, follows the view, and hands grains over.</summary>
/// <remarks>
/// Invariants:
/// 1. <see cref="View"/> never goes back.
/// 2. While <see cref="Admit"/> says <see cref="Admission.Here"/> under a view, no other member has an activation of that grain.
/// 3. <see cref="Serves"/> turns false before the lease ends on the store's clock.
/// </remarks>
internal interface IClusterAgent
{
    /// <summary>This silo.</summary>
    SiloAddress Self { get; }

    /// <summary>The newest view that this silo follows. A new one is published before any of its activations are ended.</summary>
    ClusterView View { get; }

    /// <summary>Whether the lease certainly stands now. Reads the clock; never blocks.</summary>
    bool Serves { get; }

    /// <summary>A newer view was published. Called on the agent's own thread; handlers return at once.</summary>
    event Action<ClusterView>? ViewChanged;

    /// <summary>Whether an activation of the grain may run here. Cheap while the view is settled; never blocks.</summary>
    Admission Admit(GrainId grainId);

    /// <summary>
    /// Completes when the answer of <see cref="Admit"/> is no longer <see cref="Admission.Wait"/>: the silos that owned the grain
    /// before were asked to end their activation and did, or the view changed. Never fails, and is bounded by the silos' leases.
    /// </summary>
    Task WhenAdmissible(GrainId grainId);

    /// <summary>Reads the store until the view is at least that new. Completes without it when the store cannot be reached.</summary>
    Task Refresh(long version);
}

/// <summary>The activations of a silo, as the agent sees them. Implemented by the engine.</summary>
internal interface IActivationHost
{
    /// <summary>Ends the activation of one grain, if there is one. Completes when no turn of it runs or will run.</summary>
    Task Release(GrainId grainId);

    /// <summary>Ends every activation that has an owner in the cluster and is not to stay. Completes when all of them have ended.</summary>
    Task ReleaseAll(Func<GrainId, bool> stays);
}

/// <summary>What silos ask each other besides calls of grains.</summary>
internal enum ControlKind : byte
{
    /// <summary>End your activation of a grain that a view gave to me. Body: view version, grain. Answer: empty, when it has ended.</summary>
    Release = 1,

    /// <summary>There is a view at least this new. Body: version. Nothing depends on its arrival.</summary>
    View = 2,

    /// <summary>Are you there? Answer: empty.</summary>
    Ping = 3,

    /// <summary>An operation on the membership that the first silo of a development cluster keeps in its memory.</summary>
    Store = 4,
}

/// <summary>Carries control messages between silos. Implemented by the messaging.</summary>
internal interface IClusterNetwork
{
    /// <summary>Asks another silo and waits for its answer.</summary>
    /// <exception cref="SiloUnavailableException">No connection, or it broke before the answer came.</exception>
    Task<byte[]> Ask(SiloAddress silo, ControlKind kind, ReadOnlyMemory<byte> body, CancellationToken cancellation);
}

/// <summary>Answers control messages of other silos. Implemented by the agent, and called by the messaging.</summary>
internal interface IControlHandler
{
    /// <summary>Answers one message; a failure becomes the asker's failure.</summary>
    Task<byte[]> Answer(SiloAddress asker, ControlKind kind, ReadOnlyMemory<byte> body);
}
