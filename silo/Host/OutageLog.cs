using System.Text;

namespace OrleansSocial.Host;

/// <summary>Tells of an outage in a line a second, whatever the number of calls that meet it: how many faults, and one of them as an example.</summary>
/// <remarks>
/// The first fault is told at once; the outage is over, and that is told too, once no fault was counted for some seconds.
/// Lines hold no stack trace: where an outage is met says nothing of its cause.
/// </remarks>
internal sealed partial class OutageLog : IDisposable
{
    /// <summary>How long no fault must have been counted for the outage to be over.</summary>
    public const int QuietSeconds = 5;

    private const int ExampleCharsMax = 300;
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly ILogger _log;
    private readonly TimeProvider _clock;
    private readonly ITimer _seconds;
    private Outage? _outage;

    /// <summary>Writes to <paramref name="log"/>, by the seconds of <paramref name="clock"/>.</summary>
    public OutageLog(ILogger log, TimeProvider clock)
    {
        (_log, _clock) = (log, clock);
        _seconds = clock.CreateTimer(_ => Tick(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Counts a fault.</summary>
    /// <param name="ours">Whether this product tells of it: its words make a better example than those of a library.</param>
    /// <param name="state">What is told.</param>
    /// <param name="fault">The fault.</param>
    /// <param name="words">Puts it into words; called for examples only.</param>
    public void Count<TState>(bool ours, TState state, Exception fault, Func<TState, Exception?, string> words)
    {
        string? first = null;
        lock (_gate)
        {
            var now = _clock.GetTimestamp();
            if (_outage is null)
            {
                _outage = new Outage { BeganAt = now };
                _seconds.Change(s_second, s_second);
                first = Example(words(state, fault), fault);
            }
            else if (_outage.Example is null || (ours && !_outage.IsOurs))
            {
                (_outage.Example, _outage.IsOurs) = (Example(words(state, fault), fault), ours);
            }

            if (first is null) _outage.Count++;
            _outage.Total++;
            _outage.FaultAt = now;
        }

        if (first is not null) LogBegins(first);
    }

    /// <inheritdoc/>
    public void Dispose() => _seconds.Dispose();

    private void Tick()
    {
        Outage outage;
        long count;
        string? example;
        lock (_gate)
        {
            if (_outage is null) return;
            outage = _outage;
            (count, example) = (outage.Count, outage.Example);
            (outage.Count, outage.Example, outage.IsOurs) = (0, null, false);
            if (count == 0)
            {
                if (_clock.GetElapsedTime(outage.FaultAt) < TimeSpan.FromSeconds(QuietSeconds)) return;
                _outage = null;
                _seconds.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }

        var seconds = Math.Round(_clock.GetElapsedTime(outage.BeganAt, outage.FaultAt).TotalSeconds, 1);
        if (count > 0) LogGoesOn(count, example!);
        else LogOver(QuietSeconds, outage.Total, seconds);
    }

    // What was to be told, and the cause at the bottom. The first line of each: some messages hold a stack trace.
    private static string Example(string told, Exception fault)
    {
        var line = new StringBuilder(ExampleCharsMax);
        foreach (var c in $"{FirstLine(told)}: {FirstLine(fault.GetBaseException().Message)}")
        {
            if (line.Length == ExampleCharsMax) break;
            line.Append(char.IsControl(c) ? ' ' : c);
        }

        return line.ToString();
    }

    private static ReadOnlySpan<char> FirstLine(string text) => text.AsSpan().Trim() is var all && all.IndexOfAny('\r', '\n') is var end and > 0 ? all[..end] : all;

    [LoggerMessage(Level = LogLevel.Warning, Message = "An outage begins: {Example}")]
    private partial void LogBegins(string example);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The outage goes on, {Count} more in a second, such as: {Example}")]
    private partial void LogGoesOn(long count, string example);

    [LoggerMessage(Level = LogLevel.Information, Message = "The outage is over: no fault for {Quiet} s, after {Total} of them in {Seconds} s")]
    private partial void LogOver(int quiet, long total, double seconds);

    private sealed class Outage
    {
        public required long BeganAt { get; init; }

        public long FaultAt { get; set; }

        public long Total { get; set; }

        // Since the last line.
        public long Count { get; set; }

        public string? Example { get; set; }

        public bool IsOurs { get; set; }
    }
}
