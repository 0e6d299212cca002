using System.Globalization;
using OrleansSocial.Benchmarks.Chat;
using OrleansSocial.Benchmarks.Command;
using OrleansSocial.Benchmarks.Load;
using OrleansSocial.Benchmarks.Report;
using OrleansSocial.Driver;

namespace OrleansSocial.Benchmarks.Against;

/// <summary>Drives a running deployment through its public API alone, within limits, and leaves as little behind as the API lets it.</summary>
internal sealed class AgainstRun(Uri address, AgainstLimits limits, Progress progress, BenchReport report)
{
    private readonly Tally _tally = new();
    private readonly List<Guest> _guests = [];

    /// <summary>Runs it. What goes wrong stands in the report.</summary>
    /// <param name="interrupted">The one who started it wants it to end: it cleans up and reports.</param>
    public async Task Run(CancellationToken interrupted)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
        var section = new Section("--against", $"{address}", "Driven from outside through REST and the live hub, at an offered rate: each call is timed from when it was to be made. The network between is part of it.", "the deployment", []);
        report.Sections.Add(section);
        progress.Begin($"against {address.Host}", limits.Seconds + 5, 0);
        progress.Steps(5);
        try
        {
            Step("opening accounts");
            while (_guests.Count < limits.Connections) _guests.Add(await Guest.Register(address, _tally, stop.Token));
            Step("connecting");
            foreach (var guest in _guests) await guest.Connect(stop.Token);
            foreach (var pair in _guests.Chunk(2)) await pair[0].Meet(pair[1], stop.Token);
            _ = EndWithConnections(stop);

            Step("sending by the live hub");
            var seen = ChatLoad.Listen();
            Tell(section, "Messages by the live hub", await Load(limits.Seconds / 2, (guest, at) => guest.SendLive(at, CancellationToken.None), stop.Token), seen);
            Step("sending by REST");
            seen = ChatLoad.Listen();
            Tell(section, "Messages by REST", await Load(limits.Seconds / 4, (guest, at) => guest.SendRest(at, CancellationToken.None), stop.Token), seen);
            Step("reading by REST");
            Tell(section, "The newest twenty messages by REST", await Load(limits.Seconds / 4, (guest, _) => guest.Read(CancellationToken.None), stop.Token), null);
            if (!stop.IsCancellationRequested) await Check(section, stop.Token);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or AnswerException or HeldException or HubFailedException or System.Net.WebSockets.WebSocketException or KeyNotFoundException or System.Text.Json.JsonException)
        {
            report.Faults.Add($"The deployment does not do its part: {e.Message}");
        }
        finally
        {
            await End(section, interrupted.IsCancellationRequested);
        }
    }

    private void Step(string what) => progress.Step(what, 1, 1);

    private Task<OpenResult> Load(double seconds, Func<Guest, long, Task<bool>> call, CancellationToken stop) =>
        OpenLoop.Run(limits.Rate, seconds, (number, intended) => call(_guests[(int)(number % _guests.Count)], intended), stop);

    private void Tell(Section section, string group, OpenResult result, Latencies? seen)
    {
        void Add(string name, string unit, Better better, double value) => section.Add(group, name, unit, better, section.Subject, value);
        Add("answered", "a second", Better.Higher, result.Done / result.Seconds);
        Add("acknowledged, p50", "ms", Better.Lower, result.Answers.Percentile(50));
        Add("acknowledged, p99", "ms", Better.Lower, result.Answers.Percentile(99));
        Add("acknowledged, longest", "ms", Better.Lower, result.Answers.Max);
        if (seen is not null) Add("seen by the other, p50", "ms", Better.Lower, seen.Percentile(50));
        if (seen is not null) Add("seen by the other, p99", "ms", Better.Lower, seen.Percentile(99));
        Add("held back by limits", "calls", Better.Lower, result.Held);
        Add("failed", "calls", Better.Lower, result.Failed + result.Missed);
        section.Add(group, "acknowledged", section.Subject, result.Answers);
        if (result.Failed + result.Missed > 0) report.Faults.Add($"{group}: {result.Failed + result.Missed} of {result.Offered} failed{(_tally.Last is { } last ? $"; the last: {last.Message}" : "")}");
    }

    /// <summary>What was acknowledged has its number.</summary>
    private async Task Check(Section section, CancellationToken stop)
    {
        var missing = 0L;
        foreach (var pair in _guests.Chunk(2)) missing += Math.Max(0, pair[0].Acknowledged + pair[1].Acknowledged - await pair[0].LastNumber(stop));
        section.Add("Afterwards", "acknowledged and not in the history", "messages", Better.Lower, section.Subject, missing);
        if (missing > 0) report.Faults.Add($"{missing} messages were acknowledged and are not in the history.");
    }

    /// <summary>When every live connection is gone there is nothing left to drive.</summary>
    private async Task EndWithConnections(CancellationTokenSource stop)
    {
        await Task.WhenAll(_guests.Select(guest => guest.Ended)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await stop.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It was over before.
        }
    }

    private async Task End(Section section, bool interrupted)
    {
        Step("leaving");
        var lost = _guests.Count(guest => guest.Room.Length > 0 && guest.Ended.IsCompleted);
        if (lost > 0) report.Faults.Add($"{lost} of {_guests.Count} live connections were lost.");
        if (interrupted) report.Faults.Add("It was interrupted.");
        var left = await Task.WhenAll(_guests.Select(guest => guest.Leave()));
        foreach (var guest in _guests) await guest.DisposeAsync();
        if (_tally.Refusals > 0)
            section.Notes.Add(string.Create(CultureInfo.InvariantCulture, $"{_tally.Refusals} calls were answered 429; the longest wait asked for was {_tally.LongestWait.TotalSeconds:0.#} s, and it was kept. Rates beyond the deployment's limits for a person measure those limits."));
        section.Notes.Add($"{left.Count(ended => ended)} of {_guests.Count} left their group and signed out. The API removes no accounts: the {_guests.Count} accounts, whose handles begin with bench_, and their messages stay.");
        if (left.Any(ended => !ended)) report.Faults.Add($"{left.Count(ended => !ended)} of {_guests.Count} sessions could not be ended; they end when their tokens expire.");
    }
}
