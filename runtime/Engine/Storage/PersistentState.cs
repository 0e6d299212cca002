using System.Reflection;
using Orleans.Core;

namespace Orleans
{
    /// <summary>Marks attributes that say how a constructor parameter of a grain is made.</summary>
    public interface IFacetMetadata;

    /// <summary>Makes a value from one parameter.</summary>
    public delegate TResult Factory<in TParam1, out TResult>(TParam1 param1);
}

namespace Orleans.Runtime
{
    /// <summary>A durable value that a grain gets by constructor; see <see cref="PersistentStateAttribute"/>.</summary>
    /// <remarks>It is read before the grain's activation code runs, and not yet in the constructor.</remarks>
    public interface IPersistentState<TState> : IStorage<TState>;

    /// <summary>Which state a parameter stands for.</summary>
    public interface IPersistentStateConfiguration
    {
        /// <summary>The name of the state; it is part of what identifies the stored value.</summary>
        string StateName { get; }

        /// <summary>The name of the storage; null for the default one.</summary>
        string? StorageName { get; }
    }

    /// <summary>Gives a grain's constructor a state of that name from that storage.</summary>
    /// <remarks>
    /// State names should be unique per grain class: a SQL storage identifies a value by state name and key, not by class.
    /// </remarks>
    [AttributeUsage(AttributeTargets.Parameter)]
    public class PersistentStateAttribute(string stateName, string? storageName = null)
        : Attribute, IFacetMetadata, IPersistentStateConfiguration
    {
        /// <inheritdoc/>
        public string StateName { get; } = stateName;

        /// <inheritdoc/>
        public string? StorageName { get; } = storageName;
    }

    /// <summary>Makes persistent states.</summary>
    public interface IPersistentStateFactory
    {
        /// <summary>A state of that activation, which is read when the activation sets up.</summary>
        /// <exception cref="Orleans.Storage.BadProviderConfigException">No storage of that name is registered.</exception>
        IPersistentState<TState> Create<TState>(IGrainContext context, IPersistentStateConfiguration config);
    }

    /// <summary>Says how the parameters that carry a facet attribute are made.</summary>
    public interface IAttributeToFactoryMapper<TMetadata>
        where TMetadata : IFacetMetadata
    {
        /// <summary>The factory of one parameter.</summary>
        Factory<IGrainContext, object> GetFactory(ParameterInfo parameter, TMetadata metadata);
    }
}
