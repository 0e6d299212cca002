using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <content>Whether the other members can be reached, and what happens when one cannot.</content>
internal sealed partial class ClusterAgent
{
    private readonly Dictionary<long, int> _missed = [];
    private readonly HashSet<long> _suspecting = [];

    private async Task ProbeAlways()
    {
        while (!_stop.IsCancellationRequested && !IsLost)
        {
            await _thread.Delay(_options.ProbeTimeout, _stop.Token);
            if (_stop.IsCancellationRequested || IsLost) return;

            var probed = Probed();
            foreach (var gone in _missed.Keys.Where(e => !probed.Any(m => m.Epoch == e)).ToArray()) _missed.Remove(gone);
            foreach (var member in probed) _ = Probe(member);
        }
    }

    // The members that follow this one in the order of their epochs, so that all are watched when there are too many to watch each.
    private Member[] Probed()
    {
        var others = View.Members.Where(m => m.Epoch != Epoch && m.Status == MemberStatus.Active);
        return [.. others.OrderBy(m => m.Epoch < Epoch).ThenBy(m => m.Epoch).Take(_options.NumProbedSilos)];
    }

    private async Task Probe(Member member)
    {
        if (await Reaches(member.Address))
        {
            _missed.Remove(member.Epoch);
            return;
        }

        var missed = _missed[member.Epoch] = _missed.GetValueOrDefault(member.Epoch) + 1;
        if (missed < _options.NumMissedProbesLimit || !Serves || View.Find(member.Address) is null) return;

        // A lease that has ended is removed anyway; and a suspicion is told once at a time, however slow the store is.
        if (_expired.Contains(member.Epoch) || !_suspecting.Add(member.Epoch)) return;

        LogSuspect(member.Address, missed);
        var expiry = 3 * _options.ProbeTimeout;
        var terms = new SuspicionTerms(
            _options.NumVotesForDeathDeclaration,
            _options.ProbeTimeout,
            expiry < _options.DeathVoteExpirationTimeout ? expiry : _options.DeathVoteExpirationTimeout);
        var asked = View.Version;
        try
        {
            var report = await InTime(_store.Suspect(Self, Epoch, member.Address, terms), _lease.LeaseDuration);
            if (StillMember(report.State)) Apply(report.Snapshot, asked);
        }
        catch (Exception failure)
        {
            LogNotSuspected(member.Address, failure.Message);
        }
        finally
        {
            _suspecting.Remove(member.Epoch);
        }
    }

    private async Task<bool> Reaches(SiloAddress silo)
    {
        using var tooLong = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        try
        {
            var answer = _surroundings.Network().Ask(silo, ControlKind.Ping, default, tooLong.Token);
            await InTime(answer, _options.ProbeTimeout);
            return true;
        }
        catch (Exception)
        {
            End(tooLong);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Silo {Silo} did not answer {Count} probes in a row, and holds its lease: this silo suspects it")]
    private partial void LogSuspect(SiloAddress silo, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The suspicion of {Silo} could not be told: {Reason}")]
    private partial void LogNotSuspected(SiloAddress silo, string reason);
}
