using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Bundled;
using Orleans.Configuration;
using Orleans.Providers;
using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans
{
    /// <summary>Streams of the calling grain.</summary>
    public static class GrainStreamingExtensions
    {
        /// <summary>The stream provider of that name.</summary>
        /// <exception cref="ArgumentNullException">The name is blank.</exception>
        /// <exception cref="KeyNotFoundException">The silo has no stream provider of that name.</exception>
        public static IStreamProvider GetStreamProvider(this IGrainBase grain, string name)
        {
            ArgumentNullException.ThrowIfNull(grain);
            return StreamProviders.Find(grain.GrainContext.ActivationServices, name);
        }

        /// <inheritdoc cref="GetStreamProvider(IGrainBase, string)"/>
        public static IStreamProvider GetStreamProvider(this Grain grain, string name) => ((IGrainBase)grain).GetStreamProvider(name);
    }

    /// <summary>Streams of a client.</summary>
    public static class ClientStreamingExtensions
    {
        /// <summary>The stream provider of that name.</summary>
        /// <exception cref="ArgumentNullException">The name is blank.</exception>
        /// <exception cref="KeyNotFoundException">The client has no stream provider of that name.</exception>
        public static IStreamProvider GetStreamProvider(this IClusterClient client, string name)
        {
            ArgumentNullException.ThrowIfNull(client);
            return StreamProviders.Find(client.ServiceProvider, name);
        }
    }
}

namespace Orleans.Bundled
{
    internal static class StreamProviders
    {
        public static IStreamProvider Find(IServiceProvider services, string name)
        {
            if (string.IsNullOrWhiteSpace(name)) throw new ArgumentNullException(nameof(name));
            return services.GetKeyedService<IStreamProvider>(name)
                ?? throw new KeyNotFoundException($"There is no stream provider '{name}'. Add it with AddMemoryStreams.");
        }

        public static void AddMemory<TSerializer>(IServiceCollection services, string name)
            where TSerializer : class, IMemoryMessageBodySerializer
        {
            services.AddOptions<StreamPullingAgentOptions>(name);
            services.AddKeyedSingleton<IStreamProvider>(name, static (s, key) =>
                new MemoryStreamProvider((string)key!, s, ActivatorUtilities.GetServiceOrCreateInstance<TSerializer>(s)));
            services.AddSingleton<IConfigurationValidator>(s => new StreamOptionsValidator(name, s));
        }
    }

    internal sealed class StreamOptionsValidator(string name, IServiceProvider services) : IConfigurationValidator
    {
        public void ValidateConfiguration()
        {
            var delivery = Get<StreamPullingAgentOptions>();
            var faults = new Faults($"{nameof(StreamPullingAgentOptions)}[{name}]");
            faults.Unless(
                delivery.BatchContainerBatchSize >= 1, nameof(delivery.BatchContainerBatchSize), delivery.BatchContainerBatchSize, "it must be at least 1.");
            faults.Unless(
                delivery.MaxEventDeliveryTime >= TimeSpan.Zero, nameof(delivery.MaxEventDeliveryTime), delivery.MaxEventDeliveryTime, "it must not be negative.");
            faults.UnlessPositive(delivery.StreamInactivityPeriod, nameof(delivery.StreamInactivityPeriod));
            var queues = Get<HashRingStreamQueueMapperOptions>().TotalQueueCount;
            faults.Unless(queues >= 1, nameof(HashRingStreamQueueMapperOptions.TotalQueueCount), queues, "it must be at least 1.");
            if (faults.Found.Count > 0) throw new OrleansConfigurationException(string.Join(Environment.NewLine, faults.Found));
        }

        private TOptions Get<TOptions>() => services.GetRequiredService<IOptionsMonitor<TOptions>>().Get(name);
    }
}

namespace Orleans.Hosting
{
    /// <summary>Configures one named service.</summary>
    public interface INamedServiceConfigurator
    {
        /// <summary>The service's name.</summary>
        string Name { get; }

        /// <summary>Adds services and options.</summary>
        Action<Action<IServiceCollection>> ConfigureDelegate { get; }
    }

    /// <summary>Configures a stream provider of a silo.</summary>
    public interface ISiloPersistentStreamConfigurator : INamedServiceConfigurator;

    /// <summary>Configures memory streams, on silos and clients alike.</summary>
    public interface IMemoryStreamConfigurator : INamedServiceConfigurator;

    /// <summary>Configures memory streams of a silo.</summary>
    public interface ISiloMemoryStreamConfigurator : IMemoryStreamConfigurator, ISiloPersistentStreamConfigurator;

    /// <summary>Configures memory streams of a client.</summary>
    public interface IClusterClientMemoryStreamConfigurator : IMemoryStreamConfigurator;

    /// <summary>What can be configured of stream providers.</summary>
    public static class StreamConfiguratorExtensions
    {
        /// <summary>Changes options of the service.</summary>
        public static void Configure<TOptions>(this INamedServiceConfigurator configurator, Action<OptionsBuilder<TOptions>> configureOptions)
            where TOptions : class, new()
        {
            ArgumentNullException.ThrowIfNull(configurator);
            ArgumentNullException.ThrowIfNull(configureOptions);
            configurator.ConfigureDelegate(services => configureOptions(services.AddOptions<TOptions>(configurator.Name)));
        }

        /// <summary>Says which subscriptions there are.</summary>
        public static void ConfigureStreamPubSub(
            this ISiloPersistentStreamConfigurator configurator, StreamPubSubType type = StreamPubSubType.ExplicitGrainBasedAndImplicit) =>
            configurator.Configure<StreamPubSubOptions>(options => options.Configure(o => o.PubSubType = type));

        /// <summary>Changes how events are delivered.</summary>
        public static void ConfigurePullingAgent(
            this ISiloPersistentStreamConfigurator configurator, Action<OptionsBuilder<StreamPullingAgentOptions>> configureOptions) =>
            configurator.Configure(configureOptions);

        /// <summary>Says how many queues there are; the same on every silo and client.</summary>
        public static void ConfigurePartitioning(this IMemoryStreamConfigurator configurator, int numOfQueues = 8) =>
            configurator.Configure<HashRingStreamQueueMapperOptions>(options => options.Configure(o => o.TotalQueueCount = numOfQueues));
    }

    /// <summary>Streams of a silo.</summary>
    public static class SiloBuilderStreamingExtensions
    {
        /// <summary>Lets grains take events. Adding a stream provider does it too.</summary>
        public static ISiloBuilder AddStreaming(this ISiloBuilder builder)
        {
            ArgumentNullException.ThrowIfNull(builder);
            if (builder.Services.Any(s => s.ServiceType == typeof(ImplicitSubscribers))) return builder;
            builder.Services.AddSingleton<ImplicitSubscribers>();
            return builder.AddGrainExtension<IStreamConsumerExtension, StreamConsumerExtension>();
        }

        /// <summary>
        /// Adds streams whose events are held in memory. Subscriptions are kept in the storage named <c>PubSubStore</c>, which is
        /// added beside it.
        /// </summary>
        public static ISiloBuilder AddMemoryStreams(this ISiloBuilder builder, string name, Action<ISiloMemoryStreamConfigurator>? configure = null) =>
            builder.AddMemoryStreams<DefaultMemoryMessageBodySerializer>(name, configure);

        /// <summary>Adds streams whose events are held in memory, in a form of one's own.</summary>
        /// <inheritdoc cref="AddMemoryStreams(ISiloBuilder, string, Action{ISiloMemoryStreamConfigurator}?)"/>
        public static ISiloBuilder AddMemoryStreams<TSerializer>(
            this ISiloBuilder builder, string name, Action<ISiloMemoryStreamConfigurator>? configure = null)
            where TSerializer : class, IMemoryMessageBodySerializer
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(name);
            builder.AddStreaming();
            StreamProviders.AddMemory<TSerializer>(builder.Services, name);
            configure?.Invoke(new SiloMemoryStreamConfigurator(name, change => builder.ConfigureServices(change)));
            return builder;
        }

        /// <summary>Lets a filter choose which events the subscriptions of a provider get that were made with filter data.</summary>
        public static ISiloBuilder AddStreamFilter<T>(this ISiloBuilder builder, string name)
            where T : class, IStreamFilter =>
            builder.ConfigureServices(services => services.AddKeyedSingleton<IStreamFilter, T>(name));

        private sealed class SiloMemoryStreamConfigurator(string name, Action<Action<IServiceCollection>> configure) : ISiloMemoryStreamConfigurator
        {
            public string Name => name;

            public Action<Action<IServiceCollection>> ConfigureDelegate => configure;
        }
    }

    /// <summary>Streams of a client.</summary>
    public static class ClientBuilderStreamingExtensions
    {
        /// <summary>A client is ready for streams as it is; this is here so that silos and clients are configured alike.</summary>
        public static IClientBuilder AddStreaming(this IClientBuilder builder)
        {
            ArgumentNullException.ThrowIfNull(builder);
            return builder;
        }

        /// <summary>Adds the memory streams of that name that the silos have: to send events into, and to subscribe to while the client runs.</summary>
        public static IClientBuilder AddMemoryStreams(
            this IClientBuilder builder, string name, Action<IClusterClientMemoryStreamConfigurator>? configure = null) =>
            builder.AddMemoryStreams<DefaultMemoryMessageBodySerializer>(name, configure);

        /// <summary>Adds memory streams whose events have a form of one's own, the same as on the silos.</summary>
        /// <inheritdoc cref="AddMemoryStreams(IClientBuilder, string, Action{IClusterClientMemoryStreamConfigurator}?)"/>
        public static IClientBuilder AddMemoryStreams<TSerializer>(
            this IClientBuilder builder, string name, Action<IClusterClientMemoryStreamConfigurator>? configure = null)
            where TSerializer : class, IMemoryMessageBodySerializer
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(name);
            builder.AddStreaming();
            StreamProviders.AddMemory<TSerializer>(builder.Services, name);
            configure?.Invoke(new ClientMemoryStreamConfigurator(name, change => change(builder.Services)));
            return builder;
        }

        /// <summary>Lets a filter choose which events the subscriptions of a provider get that were made with filter data.</summary>
        public static IClientBuilder AddStreamFilter<T>(this IClientBuilder builder, string name)
            where T : class, IStreamFilter
        {
            ArgumentNullException.ThrowIfNull(builder);
            builder.Services.AddKeyedSingleton<IStreamFilter, T>(name);
            return builder;
        }

        private sealed class ClientMemoryStreamConfigurator(string name, Action<Action<IServiceCollection>> configure)
            : IClusterClientMemoryStreamConfigurator
        {
            public string Name => name;

            public Action<Action<IServiceCollection>> ConfigureDelegate => configure;
        }
    }
}
