using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>One activation of a grain: its mailbox, its gate and its life.</summary>
internal abstract class Activation : IRuntimeGrainContext, IWorkQueue
{
    public abstract bool IsInvalid { get; }

    public abstract IGrainRuntime GrainRuntime { get; }

    public abstract GrainReference GrainReference { get; }

    public abstract GrainId GrainId { get; }

    public abstract object? GrainInstance { get; }

    public abstract ActivationId ActivationId { get; }

    public abstract GrainAddress Address { get; }

    public abstract IServiceProvider ActivationServices { get; }

    public abstract IGrainLifecycle ObservableLifecycle { get; }

    public abstract Task Deactivated { get; }

    public abstract void EnterSection(Guid id);

    public abstract void LeaveSection(Guid id);

    public abstract void Arrive(Request request);

    public abstract void Cancelled(Request request);

    public abstract void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);

    public abstract void Failed(Request request, Exception exception);

    public abstract void Finished(Request request);

    public abstract object? GetComponent(Type componentType);

    public abstract object? GetTarget();

    public abstract void Post(WorkItem item);

    public abstract void SetComponent<TComponent>(TComponent? value)
        where TComponent : class;

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => base.GetHashCode();
}
