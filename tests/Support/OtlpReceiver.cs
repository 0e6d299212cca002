using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OrleansSocial.Support;

/// <summary>One span as a collector hears of it.</summary>
/// <param name="Scope">The source that made it.</param>
/// <param name="Trace">Its trace, in hexadecimal.</param>
/// <param name="Id">Its own number.</param>
/// <param name="Parent">That of the span above it; empty for the first of a trace.</param>
/// <param name="Name">What it calls itself.</param>
/// <param name="Links">The traces that it links to.</param>
public sealed record ReceivedSpan(string Scope, string Trace, string Id, string Parent, string Name, IReadOnlyList<string> Links);

/// <summary>A collector that takes OTLP over HTTP and reads of it what tests ask for.</summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<ReceivedSpan> _spans = [];
    private readonly ConcurrentDictionary<string, bool> _metrics = [];

    private OtlpReceiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.MapPost("/v1/traces", request => Take(request, Traces));
        _app.MapPost("/v1/metrics", request => Take(request, Metrics));
    }

    /// <summary>Every span so far.</summary>
    public IReadOnlyList<ReceivedSpan> Spans => [.. _spans];

    /// <summary>The name of every metric so far.</summary>
    public IEnumerable<string> MetricNames => _metrics.Keys;

    /// <summary>Starts one on a free port.</summary>
    public static async Task<OtlpReceiver> Start()
    {
        var receiver = new OtlpReceiver();
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <summary>The standard settings that send everything here, at once.</summary>
    public void Configure(WebApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.Configuration["OTEL_SDK_DISABLED"] = "false";
        app.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] = _app.Urls.First();
        app.Configuration["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        app.Configuration["OTEL_TRACES_SAMPLER_ARG"] = "1";
        app.Configuration["OTEL_BSP_SCHEDULE_DELAY"] = "100";
        app.Configuration["OTEL_METRIC_EXPORT_INTERVAL"] = "500";
    }

    /// <summary>The span and all those above it, itself first.</summary>
    public IReadOnlyList<ReceivedSpan> Chain(ReceivedSpan span)
    {
        var all = Spans.Where(one => one.Trace == span.Trace).ToDictionary(one => one.Id);
        var chain = new List<ReceivedSpan>();
        for (var at = span; at is not null; at = all.GetValueOrDefault(at.Parent)) chain.Add(at);
        return chain;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task Take(HttpContext context, Action<ReadOnlyMemory<byte>> read)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        read(body.ToArray());
    }

    // The numbers of the fields are those of the protocol: opentelemetry/proto/trace/v1/trace.proto and metrics/v1/metrics.proto.
    private void Traces(ReadOnlyMemory<byte> message)
    {
        foreach (var resource in Fields(message, 1))
        foreach (var scope in Fields(resource, 2))
        {
            var source = Text(Fields(scope, 1).SelectMany(named => Fields(named, 1)));
            foreach (var span in Fields(scope, 2))
                _spans.Enqueue(new(
                    source, Hex(Fields(span, 1)), Hex(Fields(span, 2)), Hex(Fields(span, 4)), Text(Fields(span, 5)), [.. Fields(span, 13).Select(link => Hex(Fields(link, 1)))]));
        }
    }

    private void Metrics(ReadOnlyMemory<byte> message)
    {
        foreach (var metric in Fields(message, 1).SelectMany(resource => Fields(resource, 2)).SelectMany(scope => Fields(scope, 2)))
            _metrics[Text(Fields(metric, 1))] = true;
    }

    private static string Text(IEnumerable<ReadOnlyMemory<byte>> fields) => string.Concat(fields.Select(field => Encoding.UTF8.GetString(field.Span)));

    private static string Hex(IEnumerable<ReadOnlyMemory<byte>> fields) => string.Concat(fields.Select(field => Convert.ToHexStringLower(field.Span)));

    // The parts of a protobuf message that have a length and this number; those of other kinds are passed over.
    private static IEnumerable<ReadOnlyMemory<byte>> Fields(ReadOnlyMemory<byte> message, int number)
    {
        for (var at = 0; at < message.Length;)
        {
            var key = Varint(message, ref at);
            switch (key & 7)
            {
                case 0:
                    Varint(message, ref at);
                    break;
                case 1:
                    at += 8;
                    break;
                case 5:
                    at += 4;
                    break;
                default:
                    var length = (int)Varint(message, ref at);
                    if (key >> 3 == (ulong)number) yield return message.Slice(at, length);
                    at += length;
                    break;
            }
        }
    }

    private static ulong Varint(ReadOnlyMemory<byte> message, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var part = message.Span[at++];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80) return value;
        }
    }
}
