using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Hosting;

/// <summary>Filters around the calls of a silo. They run in the order of their registration.</summary>
public static class GrainCallFilterSiloBuilderExtensions
{
    /// <summary>Adds a filter around calls that the silo's grains serve.</summary>
    public static ISiloBuilder AddIncomingGrainCallFilter(this ISiloBuilder builder, IIncomingGrainCallFilter filter) =>
        builder.ConfigureServices(services => services.AddSingleton(filter));

    /// <summary>Adds a filter, made from services, around calls that the silo's grains serve.</summary>
    public static ISiloBuilder AddIncomingGrainCallFilter<TImplementation>(this ISiloBuilder builder)
        where TImplementation : class, IIncomingGrainCallFilter =>
        builder.ConfigureServices(services => services.AddSingleton<IIncomingGrainCallFilter, TImplementation>());

    /// <summary>Adds a delegate as filter around calls that the silo's grains serve.</summary>
    public static ISiloBuilder AddIncomingGrainCallFilter(this ISiloBuilder builder, IncomingGrainCallFilterDelegate filter) =>
        builder.AddIncomingGrainCallFilter(new IncomingFilterDelegate(filter));

    /// <summary>Adds a filter around calls that the silo's grains make.</summary>
    public static ISiloBuilder AddOutgoingGrainCallFilter(this ISiloBuilder builder, IOutgoingGrainCallFilter filter) =>
        builder.ConfigureServices(services => services.AddSingleton(filter));

    /// <summary>Adds a filter, made from services, around calls that the silo's grains make.</summary>
    public static ISiloBuilder AddOutgoingGrainCallFilter<TImplementation>(this ISiloBuilder builder)
        where TImplementation : class, IOutgoingGrainCallFilter =>
        builder.ConfigureServices(services => services.AddSingleton<IOutgoingGrainCallFilter, TImplementation>());

    /// <summary>Adds a delegate as filter around calls that the silo's grains make.</summary>
    public static ISiloBuilder AddOutgoingGrainCallFilter(this ISiloBuilder builder, OutgoingGrainCallFilterDelegate filter) =>
        builder.AddOutgoingGrainCallFilter(new OutgoingFilterDelegate(filter));
}

/// <summary>A delegate as a filter.</summary>
internal sealed class IncomingFilterDelegate(IncomingGrainCallFilterDelegate filter) : IIncomingGrainCallFilter
{
    public Task Invoke(IIncomingGrainCallContext context) => filter(context);
}

/// <inheritdoc cref="IncomingFilterDelegate"/>
internal sealed class OutgoingFilterDelegate(OutgoingGrainCallFilterDelegate filter) : IOutgoingGrainCallFilter
{
    public Task Invoke(IOutgoingGrainCallContext context) => filter(context);
}
