using System.Globalization;

namespace OrleansSocial.Benchmarks.Command;

/// <summary>One line that tells what runs, which round, and how long it may still take: rewritten each second on a terminal, a line a step elsewhere.</summary>
/// <remarks>What is left is reckoned from what each benchmark is known to take, corrected by how long the steps so far took.</remarks>
internal sealed class Progress(TextWriter to, bool terminal, TimeProvider clock) : IDisposable
{
    private readonly long _start = clock.GetTimestamp();
    private readonly Lock _gate = new();
    private ITimer? _timer;
    private string _benchmark = "";
    private string _what = "";
    private double _expected;
    private double _later;
    private long _began;
    private int _steps;
    private int _done = -1;

    /// <summary>A benchmark begins.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="expected">How many seconds it is known to take.</param>
    /// <param name="later">How many those take that come after it.</param>
    public void Begin(string name, double expected, double later)
    {
        lock (_gate) (_benchmark, _what, _expected, _later, _began, _steps, _done) = (name, "starting", expected, later, clock.GetTimestamp(), 0, -1);
        if (terminal) _timer ??= clock.CreateTimer(_ => Show(), null, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        else Show();
    }

    /// <summary>So many steps are to come.</summary>
    public void Steps(int count)
    {
        lock (_gate) _steps += count;
    }

    /// <summary>A step begins.</summary>
    public void Step(string what, int round, int rounds)
    {
        lock (_gate)
        {
            _done++;
            _what = string.Create(CultureInfo.InvariantCulture, $"round {round} of {rounds}: {what}");
        }

        Show();
    }

    /// <summary>Takes the line away.</summary>
    public void Dispose()
    {
        _timer?.Dispose();
        lock (_gate)
        {
            _timer = null;
            if (terminal) to.Write("\r\u001b[K");
        }
    }

    private void Show()
    {
        lock (_gate)
        {
            var line = string.Create(CultureInfo.InvariantCulture, $"{_benchmark}, {_what} · {Span(clock.GetElapsedTime(_start))} gone, about {Span(Left())} left");
            if (!terminal) to.WriteLine(line);
            else if (_timer is not null) to.Write($"\r\u001b[K{(line.Length > Width() ? line[..Width()] : line)}");
        }
    }

    private TimeSpan Left()
    {
        var gone = clock.GetElapsedTime(_began).TotalSeconds;
        var whole = _done > 0 && _steps >= _done ? gone / _done * _steps : _expected;
        return TimeSpan.FromSeconds(Math.Max(1, whole - gone) + (_later * (_done > 0 ? Math.Clamp(whole / _expected, 0.2, 5) : 1)));
    }

    private static int Width()
    {
        try
        {
            return Math.Max(40, Console.WindowWidth - 1);
        }
        catch (IOException)
        {
            return 120;
        }
    }

    private static string Span(TimeSpan span) => span.TotalMinutes < 1
        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, span.TotalSeconds):0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(span.TotalMinutes):0} min {span.Seconds:00} s");
}
