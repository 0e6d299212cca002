using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Runtime.Hosting;
using Orleans.Storage;

namespace Orleans.TestingHost;

/// <summary>The failures that a test wants of storage. Key: the name of the state that fails, as the storage hears it.</summary>
/// <remarks>Each failure that is added fails one operation, before that does anything. A later one replaces an earlier one.</remarks>
[Alias("Orleans.TestingHost.IStorageFaultGrain")]
public interface IStorageFaultGrain : IGrainWithStringKey
{
    /// <summary>Lets the next read of a grain's state fail.</summary>
    [Alias("AddFaultOnRead")]
    Task AddFaultOnRead(GrainId grainId, Exception exception);

    /// <summary>Lets the next write of a grain's state fail.</summary>
    [Alias("AddFaultOnWrite")]
    Task AddFaultOnWrite(GrainId grainId, Exception exception);

    /// <summary>Lets the next clearing of a grain's state fail.</summary>
    [Alias("AddFaultOnClear")]
    Task AddFaultOnClear(GrainId grainId, Exception exception);

    /// <summary>Throws the failure that was added for reads, if there is one, and forgets it.</summary>
    [Alias("OnRead")]
    Task OnRead(GrainId grainId);

    /// <summary>Throws the failure that was added for writes, if there is one, and forgets it.</summary>
    [Alias("OnWrite")]
    Task OnWrite(GrainId grainId);

    /// <summary>Throws the failure that was added for clearing, if there is one, and forgets it.</summary>
    [Alias("OnClear")]
    Task OnClear(GrainId grainId);
}

/// <inheritdoc cref="IStorageFaultGrain"/>
public class StorageFaultGrain : Grain, IStorageFaultGrain
{
    private readonly Dictionary<GrainId, Exception> _onRead = [];
    private readonly Dictionary<GrainId, Exception> _onWrite = [];
    private readonly Dictionary<GrainId, Exception> _onClear = [];

    /// <inheritdoc/>
    public Task AddFaultOnRead(GrainId grainId, Exception exception) => Add(_onRead, grainId, exception);

    /// <inheritdoc/>
    public Task AddFaultOnWrite(GrainId grainId, Exception exception) => Add(_onWrite, grainId, exception);

    /// <inheritdoc/>
    public Task AddFaultOnClear(GrainId grainId, Exception exception) => Add(_onClear, grainId, exception);

    /// <inheritdoc/>
    public Task OnRead(GrainId grainId) => Throw(_onRead, grainId);

    /// <inheritdoc/>
    public Task OnWrite(GrainId grainId) => Throw(_onWrite, grainId);

    /// <inheritdoc/>
    public Task OnClear(GrainId grainId) => Throw(_onClear, grainId);

    private static Task Add(Dictionary<GrainId, Exception> faults, GrainId grainId, Exception exception)
    {
        faults[grainId] = exception;
        return Task.CompletedTask;
    }

    private static Task Throw(Dictionary<GrainId, Exception> faults, GrainId grainId) =>
        faults.Remove(grainId, out var fault) ? Task.FromException(fault) : Task.CompletedTask;
}

/// <summary>How a storage with failures behaves when it does not fail.</summary>
public class FaultInjectionGrainStorageOptions
{
    /// <summary>How long each operation waits before it does anything; not at all by default.</summary>
    public TimeSpan Latency { get; set; } = TimeSpan.Zero;
}

/// <summary>A storage that asks <see cref="IStorageFaultGrain"/> before each operation whether it is to fail.</summary>
public class FaultInjectionGrainStorage : IGrainStorage
{
    private readonly IGrainStorage _inner;
    private readonly IGrainFactory _grains;
    private readonly FaultInjectionGrainStorageOptions _options;
    private readonly TimeProvider _time;

    internal FaultInjectionGrainStorage(
        IGrainStorage inner, IGrainFactory grains, FaultInjectionGrainStorageOptions options, TimeProvider time)
    {
        _inner = inner;
        _grains = grains;
        _options = options;
        _time = time;
    }

    /// <inheritdoc/>
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await Faults(stateName).OnRead(grainId);
        await Delay();
        await _inner.ReadStateAsync(stateName, grainId, grainState);
    }

    /// <inheritdoc/>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await Faults(stateName).OnWrite(grainId);
        await Delay();
        await _inner.WriteStateAsync(stateName, grainId, grainState);
    }

    /// <inheritdoc/>
    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await Faults(stateName).OnClear(grainId);
        await Delay();
        await _inner.ClearStateAsync(stateName, grainId, grainState);
    }

    private IStorageFaultGrain Faults(string stateName) => _grains.GetGrain<IStorageFaultGrain>(stateName);

    private Task Delay() => _options.Latency > TimeSpan.Zero ? Task.Delay(_options.Latency, _time) : Task.CompletedTask;
}

/// <summary>Storage in memory that fails when a test says so.</summary>
public static class FaultInjectionStorageExtensions
{
    /// <summary>Adds a storage under a name.</summary>
    public static ISiloBuilder AddFaultInjectionMemoryStorage(
        this ISiloBuilder builder,
        string name,
        Action<MemoryGrainStorageOptions> configureOptions,
        Action<FaultInjectionGrainStorageOptions> configureFaultInjectionOptions) =>
        builder.ConfigureServices(services => services.AddFaultInjectionMemoryStorage(name, configureOptions, configureFaultInjectionOptions));

    /// <summary>Adds a storage under a name.</summary>
    public static ISiloBuilder AddFaultInjectionMemoryStorage(
        this ISiloBuilder builder,
        string name,
        Action<OptionsBuilder<MemoryGrainStorageOptions>>? configureOptions = null,
        Action<OptionsBuilder<FaultInjectionGrainStorageOptions>>? configureFaultInjectionOptions = null) =>
        builder.ConfigureServices(services => services.AddFaultInjectionMemoryStorage(name, configureOptions, configureFaultInjectionOptions));

    /// <summary>Adds a storage under a name.</summary>
    public static IServiceCollection AddFaultInjectionMemoryStorage(
        this IServiceCollection services,
        string name,
        Action<MemoryGrainStorageOptions> configureOptions,
        Action<FaultInjectionGrainStorageOptions> configureFaultInjectionOptions) =>
        services.AddFaultInjectionMemoryStorage(
            name,
            (OptionsBuilder<MemoryGrainStorageOptions> o) => o.Configure(configureOptions),
            (OptionsBuilder<FaultInjectionGrainStorageOptions> o) => o.Configure(configureFaultInjectionOptions));

    /// <summary>Adds a storage under a name.</summary>
    public static IServiceCollection AddFaultInjectionMemoryStorage(
        this IServiceCollection services,
        string name,
        Action<OptionsBuilder<MemoryGrainStorageOptions>>? configureOptions = null,
        Action<OptionsBuilder<FaultInjectionGrainStorageOptions>>? configureFaultInjectionOptions = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        configureOptions?.Invoke(services.AddOptions<MemoryGrainStorageOptions>(name));
        configureFaultInjectionOptions?.Invoke(services.AddOptions<FaultInjectionGrainStorageOptions>(name));
        return services.AddGrainStorage(name, static (s, key) => new FaultInjectionGrainStorage(
            new MemoryGrainStorage(
                key, s.GetRequiredService<IOptionsMonitor<MemoryGrainStorageOptions>>().Get(key), s, s.GetRequiredService<IGrainStorageSerializer>()),
            s.GetRequiredService<IGrainFactory>(),
            s.GetRequiredService<IOptionsMonitor<FaultInjectionGrainStorageOptions>>().Get(key),
            s.GetRequiredService<TimeProvider>()));
    }
}
