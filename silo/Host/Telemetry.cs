using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace OrleansSocial.Host;

/// <summary>What operators see of the process from outside: metrics at <c>/metrics</c>, and metrics and traces by OTLP where a collector is named.</summary>
/// <remarks>
/// The standard settings of OpenTelemetry hold, as environment variables or as configuration: <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names the collector,
/// and without it nothing is sent and no trace is made. <c>OTEL_SDK_DISABLED</c> leaves out all of it, <c>/metrics</c> too.
/// </remarks>
internal static class Telemetry
{
    /// <summary>Where metrics are read.</summary>
    public const string MetricsPath = "/metrics";

    /// <summary>The part of the traces of requests that is kept, unless <c>OTEL_TRACES_SAMPLER_ARG</c> names another, or <c>OTEL_TRACES_SAMPLER</c> another rule.</summary>
    public const double SampledShare = 0.1;

    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private static readonly string[] s_meters =
    [
        "OrleansSocial.*", "Microsoft.Orleans", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.Http.Connections", "Npgsql", "System.Runtime",
    ];

    private static readonly string[] s_sources =
        ["OrleansSocial.*", "Microsoft.Orleans.Application", "Microsoft.Orleans.Runtime", "Microsoft.AspNetCore.SignalR.Server", "Npgsql"];

    /// <summary>Registers metrics, and traces where they are sent somewhere. Comes before the silo or the client is added.</summary>
    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        builder.Services.Replace(ServiceDescriptor.Singleton<DistributedContextPropagator, OwnTraces>());
        builder.Services.AddHostedService<NodeMetrics>();
        if (IsOff(configuration)) return;

        var telemetry = builder.Services.AddOpenTelemetry().ConfigureResource(resource =>
        {
            if (string.IsNullOrEmpty(configuration["OTEL_SERVICE_NAME"])) resource.AddService("orleans-social", serviceInstanceId: NameOf(configuration));
        });
        telemetry.WithMetrics(metrics =>
        {
            metrics.AddMeter(s_meters).AddPrometheusExporter();
            if (Sends(configuration, "METRICS")) metrics.AddOtlpExporter();
        });
        if (!SendsTraces(configuration)) return;

        telemetry.WithTracing(traces =>
        {
            traces.AddSource(s_sources).AddOtlpExporter();
            traces.AddAspNetCoreInstrumentation(requests => requests.Filter = context =>
                !context.Request.Path.StartsWithSegments("/health") && !context.Request.Path.StartsWithSegments(MetricsPath));
            if (string.IsNullOrEmpty(configuration["OTEL_TRACES_SAMPLER"])) traces.SetSampler(new ParentBasedSampler(new Requests(Share(configuration))));
        });
    }

    /// <summary>Whether traces are sent somewhere.</summary>
    public static bool SendsTraces(IConfiguration configuration) => Sends(configuration, "TRACES");

    /// <summary>Serves the metrics to those who may read them. To everybody else there is nothing here.</summary>
    public static void UseMetrics(this WebApplication app)
    {
        if (IsOff(app.Configuration)) return;
        var readers = app.Services.GetRequiredService<IOptions<MetricsOptions>>().Value;
        app.UseOpenTelemetryPrometheusScrapingEndpoint(context =>
            context.Request.Path == MetricsPath && HttpMethods.IsGet(context.Request.Method) && readers.MayRead(context.Connection.RemoteIpAddress) && !ComesThroughAProxy(context.Request.Headers));
    }

    // What a trusted proxy says of the caller was taken out of the headers and into the address. Of another one nobody knows for whom it asks.
    private static bool ComesThroughAProxy(IHeaderDictionary headers) => headers.ContainsKey("X-Forwarded-For") || headers.ContainsKey("Forwarded") || headers.ContainsKey("Via");

    private static bool IsOff(IConfiguration configuration) => configuration["OTEL_SDK_DISABLED"] == "true";

    private static bool Sends(IConfiguration configuration, string signal) =>
        !IsOff(configuration) && configuration[$"OTEL_{signal}_EXPORTER"] != "none"
        && (!string.IsNullOrEmpty(configuration[Endpoint]) || !string.IsNullOrEmpty(configuration[$"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"]));

    private static string NameOf(ConfigurationManager configuration) =>
        configuration[$"{NodeOptions.Section}:{nameof(NodeOptions.Name)}"] is { Length: > 0 } name ? name : $"{Environment.MachineName}-{Environment.ProcessId}";

    private static double Share(ConfigurationManager configuration) =>
        double.TryParse(configuration["OTEL_TRACES_SAMPLER_ARG"], CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1 ? share : SampledShare;

    /// <summary>Keeps a share of what begins with a request or a hub call, and nothing of what the process asks itself from time to time.</summary>
    private sealed class Requests(double share) : Sampler
    {
        private readonly TraceIdRatioBasedSampler _share = new(share);

        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
            samplingParameters.Kind == ActivityKind.Server ? _share.ShouldSample(samplingParameters) : new(SamplingDecision.Drop);
    }

    /// <summary>Traces of requests begin here: whether one is kept, and under which number, is not for callers to say. Between nodes a trace goes on.</summary>
    private sealed class OwnTraces : DistributedContextPropagator
    {
        private readonly DistributedContextPropagator _between = CreateDefaultPropagator();

        public override IReadOnlyCollection<string> Fields => _between.Fields;

        public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter) => _between.Inject(activity, carrier, setter);

        public override void ExtractTraceIdAndState(object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState)
        {
            (traceId, traceState) = (null, null);
            if (carrier is not IHeaderDictionary) _between.ExtractTraceIdAndState(carrier, getter, out traceId, out traceState);
        }

        public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) =>
            carrier is IHeaderDictionary ? null : _between.ExtractBaggage(carrier, getter);
    }
}
