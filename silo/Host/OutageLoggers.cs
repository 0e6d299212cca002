using Microsoft.Extensions.Options;
using OrleansSocial.Kernel;

namespace OrleansSocial.Host;

/// <summary>Makes the loggers of the process: what they tell goes on as it is, but for faults of an outage, which go to <see cref="OutageLog"/>, and for too many others.</summary>
/// <remarks>
/// Whoever logs a fault hands its exception over, and the exception says whether it is an outage, in libraries as in this product.
/// A category that an operator opens to <c>Debug</c> is left alone.
/// </remarks>
internal sealed class OutageLoggers : ILoggerFactory
{
    private const string Ours = $"{nameof(OrleansSocial)}.";

    // Whatever goes wrong while two nodes shake hands, they try again a moment later.
    private const string Handshakes = "Orleans.Connections.Security.";

    private readonly LoggerFactory _all;
    private readonly OutageLog _outages;
    private readonly FaultLimit _bugs;

    /// <summary>Stands before the loggers that the host would make.</summary>
    public OutageLoggers(
        IEnumerable<ILoggerProvider> providers,
        IOptionsMonitor<LoggerFilterOptions> filters,
        IOptions<LoggerFactoryOptions> options,
        IServiceProvider services)
    {
        _all = new LoggerFactory(providers, filters, options, services.GetService<IExternalScopeProvider>());

        // The log goes by the clock of the system, whatever clock grains go by.
        _outages = new OutageLog(_all.CreateLogger<OutageLog>(), TimeProvider.System);
        _bugs = new FaultLimit(_all.CreateLogger<FaultLimit>(), TimeProvider.System);
    }

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider) => _all.AddProvider(provider);

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) =>
        new Logger(
            _all.CreateLogger(categoryName), _outages, _bugs, categoryName.StartsWith(Ours, StringComparison.Ordinal), categoryName.StartsWith(Handshakes, StringComparison.Ordinal));

    /// <inheritdoc/>
    public void Dispose()
    {
        _outages.Dispose();
        _all.Dispose();
    }

    private sealed class Logger(ILogger all, OutageLog outages, FaultLimit bugs, bool ours, bool passes) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => all.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => all.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!all.IsEnabled(logLevel)) return;
            if (exception is null || logLevel < LogLevel.Warning || all.IsEnabled(LogLevel.Debug))
                all.Log(logLevel, eventId, state, exception, formatter);
            else if (passes || Outage.Describes(exception))
                outages.Count(ours, state, exception, formatter);
            else if (bugs.Admits())
                all.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
