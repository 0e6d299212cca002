using Orleans.Serialization.Invocation;

namespace Orleans.Serialization.Invocation
{
    /// <summary>Something that holds the object a request is invoked on, and components of it.</summary>
    public interface ITargetHolder
    {
        /// <summary>The object that requests are invoked on; null when there is none.</summary>
        object? GetTarget();

        /// <summary>The component of that type, or null.</summary>
        object? GetComponent(Type componentType);
    }
}

namespace Orleans.Runtime
{
    /// <summary>Typed access to a target and its components.</summary>
    public static class TargetHolderExtensions
    {
        /// <summary>The target as <typeparamref name="TTarget"/>; null when it is of another type.</summary>
        public static TTarget? GetTarget<TTarget>(this ITargetHolder targetHolder)
            where TTarget : class
        {
            ArgumentNullException.ThrowIfNull(targetHolder);
            return targetHolder.GetTarget() as TTarget;
        }

        /// <summary>The component of that type, or null.</summary>
        public static TComponent? GetComponent<TComponent>(this ITargetHolder targetHolder)
            where TComponent : class
        {
            ArgumentNullException.ThrowIfNull(targetHolder);
            return targetHolder.GetComponent(typeof(TComponent)) as TComponent;
        }
    }

    /// <summary>One activation of a grain, as the grain and what belongs to it see it.</summary>
    public interface IGrainContext : ITargetHolder, IEquatable<IGrainContext>
    {
        /// <summary>A reference to the grain.</summary>
        GrainReference GrainReference { get; }

        /// <summary>The grain's identity.</summary>
        GrainId GrainId { get; }

        /// <summary>The grain object; null before its constructor ran and after deactivation.</summary>
        object? GrainInstance { get; }

        /// <summary>The activation's identity.</summary>
        ActivationId ActivationId { get; }

        /// <summary>Where the activation lives.</summary>
        GrainAddress Address { get; }

        /// <summary>The services of this activation; they are disposed with it.</summary>
        IServiceProvider ActivationServices { get; }

        /// <summary>The stages of the activation's life, to take part in from the constructor on.</summary>
        IGrainLifecycle ObservableLifecycle { get; }

        /// <summary>Completes when the activation has ended. Awaiting it within the grain never ends.</summary>
        Task Deactivated { get; }

        /// <summary>Stores a component under its type, replacing an earlier one; null removes it.</summary>
        void SetComponent<TComponent>(TComponent? value)
            where TComponent : class;

        /// <summary>
        /// Ends the activation after its running requests. Requests that wait or arrive go to the next activation. Only the first
        /// reason counts.
        /// </summary>
        /// <param name="deactivationReason">Why; the grain hears it.</param>
        /// <param name="cancellationToken">Cuts the grain's own deactivation work short.</param>
        void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);
    }

    /// <summary>The activation that the current code runs in.</summary>
    public interface IGrainContextAccessor
    {
        /// <summary>The activation that the current code runs in; null outside of grains.</summary>
        IGrainContext GrainContext { get; }
    }
}
