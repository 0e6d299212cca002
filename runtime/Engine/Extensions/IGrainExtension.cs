using Orleans.Runtime;

namespace Orleans.Runtime
{
    /// <summary>
    /// Marks an interface that grains answer to besides their own: its calls reach an extension object that lives beside the
    /// grain, on the grain's turns and through its gate. <c>grain.AsReference&lt;IMyExtension&gt;()</c> calls it.
    /// </summary>
    public interface IGrainExtension : IAddressable;

    /// <summary>The extensions of one activation.</summary>
    public interface IGrainExtensionBinder
    {
        /// <summary>The extension for an interface, made from services when it is asked for first.</summary>
        /// <exception cref="GrainExtensionNotInstalledException">None was added to the silo or set on the activation.</exception>
        TExtensionInterface GetExtension<TExtensionInterface>()
            where TExtensionInterface : class, IGrainExtension;

        /// <summary>The extension for an interface and a reference that calls it; a new one if the activation has none yet.</summary>
        /// <exception cref="InvalidOperationException">The activation has one of another class.</exception>
        (TExtension Extension, TExtensionInterface ExtensionReference) GetOrSetExtension<TExtension, TExtensionInterface>(
            Func<TExtension> newExtensionFunc)
            where TExtension : class, TExtensionInterface
            where TExtensionInterface : class, IGrainExtension;
    }
}

namespace Orleans
{
    /// <summary>Extensions of an activation by its context.</summary>
    public static class GrainContextComponentExtensions
    {
        /// <summary>The activation's extension for an interface, made from services when it is asked for first.</summary>
        /// <exception cref="GrainExtensionNotInstalledException">None was added to the silo or set on the activation.</exception>
        /// <exception cref="InvalidOperationException">The context is not that of an activation.</exception>
        public static TComponent GetGrainExtension<TComponent>(this IGrainContext context)
            where TComponent : class, IGrainExtension
        {
            ArgumentNullException.ThrowIfNull(context);
            var binder = context.GetComponent<IGrainExtensionBinder>()
                ?? throw new InvalidOperationException($"{context.GrainId} is no activation, so it has no extensions.");
            return binder.GetExtension<TComponent>();
        }
    }
}
