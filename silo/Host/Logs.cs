using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Console;

namespace OrleansSocial.Host;

/// <summary>How the log is written.</summary>
/// <remarks>
/// What is written stands in <c>appsettings.json</c>: a list of what is let through, which an operator's own <c>Logging:LogLevel</c>
/// settings win over. Its length is never in the hands of callers: an ordinary request writes nothing, and an outage a line a second.
/// </remarks>
internal static class Logs
{
    /// <summary>One line an event to the standard output, with trace ids; as text, or as JSON for programs.</summary>
    public static void AddLogs(this IHostApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        builder.Services.Replace(ServiceDescriptor.Singleton<ILoggerFactory, OutageLoggers>());
        builder.Logging.Configure(o => o.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
        if (builder.Configuration[$"{NodeOptions.Section}:{nameof(NodeOptions.Logs)}"] == "json")
        {
            builder.Logging.AddJsonConsole(o =>
            {
                o.UseUtcTimestamp = true;
                o.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
                o.IncludeScopes = true;
            });
            return;
        }

        builder.Logging.AddSimpleConsole(o =>
        {
            o.SingleLine = true;
            o.UseUtcTimestamp = true;
            o.TimestampFormat = "HH:mm:ss.fff ";
            o.ColorBehavior = Console.IsOutputRedirected ? LoggerColorBehavior.Disabled : LoggerColorBehavior.Default;
        });
    }
}
