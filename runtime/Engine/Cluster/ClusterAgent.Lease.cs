using System.Globalization;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <content>Joining, renewing and leaving.</content>
internal sealed partial class ClusterAgent
{
    /// <summary>Takes a lease, without owning anything yet. The silo's port is bound before.</summary>
    /// <exception cref="OrleansConfigurationException">The silo does not belong in this cluster.</exception>
    public Task Join(CancellationToken cancellation) => Run(async () =>
    {
        var since = _clock.GetTimestamp();
        var request = new JoinRequest(
            Self, _identity.Instance, _identity.Name, _identity.Gateway, _identity.ServiceId, AgentIdentity.Engine, AgentIdentity.Protocol, _lease.LeaseDuration);
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            _stop.Token.ThrowIfCancellationRequested();
            var askedAt = _clock.GetTimestamp();
            try
            {
                var report = await InTime(_store.Join(request), _lease.LeaseDuration);
                _joined = true;
                Hold(report.Epoch, askedAt);
                Apply(report.Snapshot, 0);
                LogJoined(Silo, report.Epoch, report.Snapshot.Version, _store.Name);
                WarnOfClock(report.Snapshot.At);
                TellOthers();
                _ = RenewAlways();
                _ = ProbeAlways();
                return;
            }
            catch (OrleansConfigurationException refusal) when (_clock.GetElapsedTime(since) <= _lease.LeaseDuration)
            {
                // What it clashes with may be a silo that was killed a moment ago.
                LogJoinRefused(refusal.Message);
            }
            catch (Exception failure) when (failure is not OrleansConfigurationException && _clock.GetElapsedTime(since) < _options.MaxJoinAttemptTime)
            {
                LogJoinFailed(_store.Name, failure.Message);
            }

            await _thread.Delay(_lease.RenewPeriod, cancellation);
        }
    });

    /// <summary>Waits until every active member that holds its lease answers this silo.</summary>
    /// <exception cref="SiloUnavailableException">One of them does not, within the time for joining.</exception>
    public Task CheckConnectivity(CancellationToken cancellation) => Run(async () =>
    {
        var since = _clock.GetTimestamp();
        while (true)
        {
            var others = View.Members.Where(m => m.Status == MemberStatus.Active && !m.Address.Equals(Self)).ToArray();
            var answers = await Task.WhenAll(others.Select(m => Reaches(m.Address)));
            var silent = others.Where((m, i) => !answers[i] && View.Find(m.Address) is not null).ToArray();
            if (silent.Length == 0) return;

            cancellation.ThrowIfCancellationRequested();
            ThrowIfLost();
            if (_clock.GetElapsedTime(since) > _options.MaxJoinAttemptTime)
            {
                throw new SiloUnavailableException(
                    $"This silo, {Silo}, joined the cluster and cannot reach {string.Join(", ", silent.Select(m => m.Address.ToParsableString()))}. Silos need "
                    + "connections to each other in both directions: check the advertised addresses, the ports and the firewalls between them.");
            }

            await _thread.Delay(_lease.RenewPeriod, cancellation);
        }
    });

    /// <summary>Owns grains from here on. Waits first until members that died before this silo came are removed.</summary>
    public Task BecomeActive(CancellationToken cancellation) => Run(async () =>
    {
        var since = _clock.GetTimestamp();
        while (_expired.Count > 0 && _clock.GetElapsedTime(since) < 2 * _lease.LeaseDuration)
        {
            cancellation.ThrowIfCancellationRequested();
            ThrowIfLost();
            await _thread.Delay(_lease.RenewPeriod / 5, cancellation);
        }

        await Become(MemberStatus.Active, cancellation);
    });

    /// <summary>Owns nothing from here on, and hands over what it has. Completes when the others know.</summary>
    public Task BeginLeaving(CancellationToken cancellation) => Run(() => _joined ? Become(MemberStatus.Leaving, cancellation) : Task.CompletedTask);

    /// <summary>
    /// Waits until every activation that another silo owns has ended, and until the others follow the view in which this silo owns
    /// nothing, so that they send it no more calls; for the latter not longer than a lease.
    /// </summary>
    public Task HandOver(CancellationToken cancellation) => Run(() => WaitUntilHandedOver(andOthersFollow: true, cancellation));

    /// <summary>Waits until every activation that another silo owns has ended, and gives the lease back. Never fails.</summary>
    public Task Leave(CancellationToken cancellation) => Run(async () =>
    {
        if (!_joined || IsLost && _holding.Epoch == 0) return;
        await WaitUntilHandedOver(andOthersFollow: false, cancellation);
        var wasLost = IsLost;
        Drop();
        try
        {
            await InTime(Answered(_store.Leave(Self, _holding.Epoch)), _lease.LeaseDuration);
            TellOthers();
        }
        catch (Exception failure)
        {
            LogNotLeft(failure.Message);
        }

        End(_stop);
        if (!wasLost) Tell(o => o.Lost(replaced: false));
    });

    private async Task WaitUntilHandedOver(bool andOthersFollow, CancellationToken cancellation)
    {
        var since = _clock.GetTimestamp();
        while (_joined && !cancellation.IsCancellationRequested && !IsLost && (_settled < View.Version || OthersAreBehind()))
        {
            var changed = _standingChanged.Task;
            using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            await Task.WhenAny(changed, _thread.Delay(_lease.RenewPeriod / 5, done.Token));
            End(done);
        }

        bool OthersAreBehind() => andOthersFollow && !_standing.OthersSettled && _clock.GetElapsedTime(since) < _lease.LeaseDuration;
    }

    private static async Task<bool> Answered(Task call)
    {
        await call;
        return true;
    }

    private async Task Become(MemberStatus status, CancellationToken cancellation)
    {
        while (true)
        {
            ThrowIfLost();
            cancellation.ThrowIfCancellationRequested();
            var asked = View.Version;
            try
            {
                var report = await InTime(_store.SetStatus(Self, Epoch, status), _lease.LeaseDuration);
                if (!StillMember(report.State)) continue;
                Apply(report.Snapshot, asked);
                TellOthers();
                return;
            }
            catch (Exception failure) when (failure is not OrleansConfigurationException)
            {
                LogStatusFailed(status, failure.Message);
            }

            // Without its lease it serves nobody, and the others go on without it as soon as they can.
            if (status == MemberStatus.Leaving && !Serves) return;

            await _thread.Delay(_lease.RenewPeriod, cancellation);
        }
    }

    private async Task RenewAlways()
    {
        while (!_stop.IsCancellationRequested && !IsLost)
        {
            var kick = _kick;
            if (!_renewAgain) await _thread.Delay(_reachesStore ? _lease.RenewPeriod : _lease.RenewPeriod / 2, kick.Token);
            if (_stop.IsCancellationRequested || IsLost) break;

            if (kick.IsCancellationRequested)
            {
                _kick = new CancellationTokenSource();
                kick.Dispose();
            }

            _renewAgain = false;
            var renewed = _renewed;
            _renewed = NewSignal();
            await Renew();
            renewed.TrySetResult();
        }

        _renewed.TrySetResult();
    }

    private async Task Renew()
    {
        var askedAt = _clock.GetTimestamp();
        var asked = View.Version;
        try
        {
            var report = await InTime(_store.Renew(Self, Epoch, _settled, _lease.LeaseDuration), CallTimeout);
            if (_stop.IsCancellationRequested || !StillMember(report.State)) return;
            if (!_reachesStore) LogRenewedAgain(Epoch, _store.Name);
            _reachesStore = true;
            Hold(Epoch, askedAt);
            Apply(report.Snapshot, asked);
        }
        catch (Exception failure)
        {
            if (_reachesStore && !_stop.IsCancellationRequested) LogNotRenewed(Epoch, _store.Name, failure.Message);
            _reachesStore = false;
        }
    }

    private void KickRenewal()
    {
        _renewAgain = true;
        _kick.Cancel();
    }

    // The renewal that runs may have read the store before it was asked for: then one more is needed.
    private async Task RefreshHere(long version)
    {
        for (var attempt = 0; attempt < 2 && View.Version < version && _joined && !IsLost && !_stop.IsCancellationRequested; attempt++)
        {
            KickRenewal();
            await _renewed.Task;
        }
    }

    private void Hold(long epoch, long askedAt)
    {
        var term = _lease.LeaseDuration * _lease.ServedPart;
        var before = _holding;
        if (before.Lost || Interlocked.CompareExchange(ref _holding, new Holding(epoch, askedAt, term, false), before) != before) return;
        Tell(o => o.Held(Silo, epoch, askedAt, term));
    }

    // Whoever renews at the same time finds that the holding is another one.
    private void Drop() => _holding = _holding with { Term = TimeSpan.Zero, Lost = true };

    private bool StillMember(LeaseState state)
    {
        if (state == LeaseState.Held) return true;
        Fail(state == LeaseState.Gone
            ? "Its row is gone from the membership: another silo took its place, because its lease had ended or because it started at the same endpoint, or the row was removed by hand."
            : "The other silos cannot reach it, and had its lease ended. Check the network between this silo and the others.");
        return false;
    }

    private void Fail(string reason)
    {
        if (IsLost) return;
        Drop();
        LogLost(Silo, Epoch, reason);
        _standingChanged.TrySetResult();
        Tell(o => o.Lost(replaced: true));
        _surroundings.OnFatal($"Silo {Silo} of epoch {Epoch} stops. {reason}");
    }

    private void ThrowIfLost()
    {
        if (IsLost) throw new SiloUnavailableException($"Silo {Silo} has lost its lease.");
    }

    private void Tell(Action<ISiloLeaseObserver> what)
    {
        foreach (var observer in _surroundings.Observers) what(observer);
    }

    private void WarnOfClock(DateTimeOffset store)
    {
        var off = _clock.GetUtcNow() - store;
        if (_store.HasWallClock && off.Duration() > TimeSpan.FromSeconds(10))
        {
            LogClock(string.Create(CultureInfo.InvariantCulture, $"{off.Duration()} {(off > TimeSpan.Zero ? "ahead of" : "behind")}"), _store.Name);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Silo {Silo} joined with epoch {Epoch} at view {Version}; the membership is kept in {Store}")]
    private partial void LogJoined(string silo, long epoch, long version, string store);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The silo cannot join yet: {Reason}")]
    private partial void LogJoinRefused(string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The silo cannot reach {Store} to join, and goes on trying: {Reason}")]
    private partial void LogJoinFailed(string store, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The silo could not tell that it becomes {Status}, and goes on trying: {Reason}")]
    private partial void LogStatusFailed(MemberStatus status, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The lease of epoch {Epoch} could not be renewed in {Store}: {Reason}")]
    private partial void LogNotRenewed(long epoch, string store, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The lease of epoch {Epoch} is renewed again in {Store}")]
    private partial void LogRenewedAgain(long epoch, string store);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The lease was not given back and ends by itself: {Reason}")]
    private partial void LogNotLeft(string reason);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Silo {Silo} with epoch {Epoch} lost its lease and stops. {Reason}")]
    private partial void LogLost(string silo, long epoch, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The clock of this machine is {Off} that of {Store}. Leases do not depend on it; times that people see do.")]
    private partial void LogClock(string off, string store);
}
