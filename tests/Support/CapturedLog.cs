using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OrleansSocial.Support;

/// <summary>Everything that an application logs from now on, after its filters.</summary>
public sealed class CapturedLog : ILoggerProvider
{
    private readonly ConcurrentQueue<CapturedLine> _lines = [];

    private CapturedLog()
    {
    }

    /// <summary>What was logged, in order.</summary>
    public IReadOnlyList<CapturedLine> Lines => [.. _lines];

    /// <summary>Begins to capture.</summary>
    public static CapturedLog Of(SocialHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        var log = new CapturedLog();
        host.Services.GetRequiredService<ILoggerFactory>().AddProvider(log);
        return log;
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, _lines);

    /// <inheritdoc/>
    public void Dispose()
    {
        // What was captured stays to be looked at.
    }

    private sealed class Logger(string category, ConcurrentQueue<CapturedLine> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => lines.Enqueue(new(logLevel, category, formatter(state, exception), exception));
    }
}

/// <summary>One line of a log.</summary>
/// <param name="Level">How grave.</param>
/// <param name="Category">Who says it.</param>
/// <param name="Text">What is said.</param>
/// <param name="Fault">The exception that comes with it.</param>
public sealed record CapturedLine(LogLevel Level, string Category, string Text, Exception? Fault);
