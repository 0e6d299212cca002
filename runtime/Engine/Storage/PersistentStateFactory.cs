using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Core;
using Orleans.Providers;
using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.Bundled;

/// <summary>Finds storages by name and makes states that are read when their activation sets up.</summary>
internal sealed class PersistentStateFactory(IServiceProvider services) : IPersistentStateFactory
{
    public IPersistentState<TState> Create<TState>(IGrainContext context, IPersistentStateConfiguration config) =>
        Create<TState>(context, config.StateName, config.StorageName);

    public StateStorageBridge<TState> Create<TState>(IGrainContext context, string stateName, string? storageName)
    {
        var storage = FindStorage(storageName)
            ?? throw new BadProviderConfigException(
                $"Grain {context.GrainId} keeps state '{stateName}' in storage '{storageName ?? ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME}', "
                + "and no storage of that name is registered. Add one, for instance with AddMemoryGrainStorage.");
        var state = new StateStorageBridge<TState>(stateName, context, storage);
        context.ObservableLifecycle.Subscribe(stateName, GrainLifecycleStage.SetupState, state);
        return state;
    }

    /// <summary>The state of <see cref="Grain{TGrainState}"/>, named <c>state</c>.</summary>
    public IStorage<TState> CreateForGrain<TState>(IGrainContext context, Type grainClass)
    {
        var storageName = grainClass.GetCustomAttribute<StorageProviderAttribute>(inherit: true)?.ProviderName;
        return Create<TState>(context, "state", storageName);
    }

    private IGrainStorage? FindStorage(string? name) => string.IsNullOrWhiteSpace(name)
        ? services.GetService<IGrainStorage>()
        : services.GetKeyedService<IGrainStorage>(name);
}

/// <summary>Serves constructor parameters marked with <see cref="PersistentStateAttribute"/>.</summary>
internal sealed class PersistentStateAttributeMapper(IPersistentStateFactory states) : IAttributeToFactoryMapper<PersistentStateAttribute>
{
    private static readonly MethodInfo s_create = typeof(PersistentStateAttributeMapper)
        .GetMethod(nameof(Create), BindingFlags.Instance | BindingFlags.NonPublic)!;

    public Factory<IGrainContext, object> GetFactory(ParameterInfo parameter, PersistentStateAttribute metadata)
    {
        var type = parameter.ParameterType;
        if (!type.IsGenericType || type.GetGenericTypeDefinition() != typeof(IPersistentState<>))
        {
            throw new ArgumentException(
                $"Parameter '{parameter.Name}' of {parameter.Member.DeclaringType} carries [PersistentState] and must be an IPersistentState<T>.",
                nameof(parameter));
        }

        IPersistentStateConfiguration config = string.IsNullOrEmpty(metadata.StateName)
            ? new PersistentStateAttribute(parameter.Name!, metadata.StorageName)
            : metadata;
        return s_create.MakeGenericMethod(type.GetGenericArguments())
            .CreateDelegate<Func<IPersistentStateConfiguration, Factory<IGrainContext, object>>>(this)(config);
    }

    private Factory<IGrainContext, object> Create<TState>(IPersistentStateConfiguration config) =>
        context => states.Create<TState>(context, config);
}
