using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <content>Following the view, and handing grains over.</content>
internal sealed partial class ClusterAgent
{
    private readonly Dictionary<GrainId, Task> _acquiring = [];
    private readonly HashSet<long> _expired = [];

    /// <inheritdoc/>
    public Task WhenAdmissible(GrainId grainId) => Admit(grainId) == Admission.Wait ? Run(() => AcquireOnce(grainId)) : Task.CompletedTask;

    /// <inheritdoc/>
    public Task<byte[]> Answer(SiloAddress asker, ControlKind kind, ReadOnlyMemory<byte> body) => kind switch
    {
        ControlKind.Ping => Task.FromResult<byte[]>([]),
        ControlKind.View => AnswerView(ControlBody.ReadView(body.Span)),
        ControlKind.Release => Run(() => AnswerRelease(asker, body)),
        ControlKind.Store when StoreServer is { } server => server(body),
        ControlKind.Store => throw new SiloUnavailableException($"Silo {Silo} keeps no membership for others."),
        _ => throw new FormatException($"There is no control message {(byte)kind}."),
    };

    /// <summary>Answers operations on the membership, where this silo keeps it for others.</summary>
    public Func<ReadOnlyMemory<byte>, Task<byte[]>>? StoreServer { get; init; }

    private Task<byte[]> AnswerView(long version)
    {
        _ = Refresh(version);
        return Task.FromResult<byte[]>([]);
    }

    private async Task<byte[]> AnswerRelease(SiloAddress asker, ReadOnlyMemory<byte> body)
    {
        var (version, grainId) = ControlBody.ReadRelease(body.Span);
        await RefreshHere(version);
        if (View.Version < version)
        {
            throw new SiloUnavailableException($"Silo {Silo} follows view {View.Version} and cannot read the one that {asker} has, {version}.");
        }

        // From the view on no activation of it starts here, unless this silo is its owner again, and then it asks in its turn.
        await _surroundings.Host().Release(grainId);
        return [];
    }

    // The view that the store was asked under tells an older answer from a store that lost something.
    private void Apply(MembershipSnapshot snapshot, long asked)
    {
        if (IsLost || _stop.IsCancellationRequested) return;
        if (snapshot.Version < asked)
        {
            Fail($"The membership went back from view {asked} to {snapshot.Version}. {_store.Name} was restored from a copy or changed by hand; start the silos again.");
            return;
        }

        var current = View;
        if (snapshot.Version < current.Version) return;

        _expired.Clear();
        _expired.UnionWith(snapshot.Entries.Where(e => e.Expired && e.Member.Epoch != Epoch).Select(e => e.Member.Epoch));
        if (_expired.Count > 0) _ = Evict();

        var view = snapshot.ToView();
        if (view.Version > current.Version)
        {
            Install(view);
            return;
        }

        if (!current.Members.Select(Identity).SequenceEqual(view.Members.Select(Identity)))
        {
            Fail($"The members of view {view.Version} changed and its version did not: {_store.Name} was changed by hand. Leave its rows to the silos, and start them again.");
            return;
        }

        // What the members settled only ever grows; an answer that was overtaken is not believed.
        if (current.Members.Zip(view.Members).Any(pair => pair.Second.Settled > pair.First.Settled))
        {
            Publish(new ClusterView(view.Version, current.Members.Zip(view.Members, Newer)), _standing.Acquired);
        }

        static (long Epoch, SiloAddress Address, MemberStatus Status) Identity(Member m) => (m.Epoch, m.Address, m.Status);

        static Member Newer(Member left, Member right) => left.Settled >= right.Settled ? left : right;
    }

    private void Install(ClusterView view)
    {
        if (view.Find(Self)?.Epoch != Epoch)
        {
            Fail("Its row is gone from the membership.");
            return;
        }

        _history.Add(view);
        Publish(view, []);
        LogView(view);
        ViewChanged?.Invoke(view);
        _ = Settle(view);
    }

    private void Publish(ClusterView view, System.Collections.Concurrent.ConcurrentDictionary<GrainId, bool> acquired)
    {
        var othersSettled = view.Members.All(m => m.Settled >= view.Version || m.Epoch == Epoch);
        _standing = new Standing(view, othersSettled, acquired);
        var changed = _standingChanged;
        _standingChanged = NewSignal();
        changed.TrySetResult();
    }

    // Ends what the view gives to others, and tells that it has ended.
    private async Task Settle(ClusterView view)
    {
        var self = Epoch;
        try
        {
            await _surroundings.Host().ReleaseAll(grain => view.OwnerOf(grain)?.Epoch == self);
        }
        catch (Exception failure)
        {
            // It is not known what still runs: this silo must not say that nothing does.
            LogNotReleased(failure, view.Version);
            Fail("Its activations could not be ended for a view that gives them to other silos.");
            return;
        }

        if (view.Version <= _settled) return;
        _settled = view.Version;
        KickRenewal();
    }

    private Task AcquireOnce(GrainId grainId)
    {
        if (_acquiring.TryGetValue(grainId, out var running)) return running;
        var acquiring = Acquire(grainId);
        if (!acquiring.IsCompleted)
        {
            _acquiring.Add(grainId, acquiring);
            _ = Forget();
        }

        return acquiring;

        async Task Forget()
        {
            await acquiring;
            _acquiring.Remove(grainId);
        }
    }

    // Asks everybody who may still have an activation, until each has answered, has settled, or is gone.
    private async Task Acquire(GrainId grainId)
    {
        var version = View.Version;
        var answered = new HashSet<long>();
        var asking = new Dictionary<long, Task<bool>>();
        while (Admit(grainId) == Admission.Wait && View.Version == version && !_stop.IsCancellationRequested)
        {
            var standing = _standing;
            var changed = _standingChanged.Task;
            foreach (var (epoch, _) in asking.Where(a => a.Value.IsCompleted).ToArray())
            {
                asking.Remove(epoch, out var answer);
                if (await answer!) answered.Add(epoch);
            }

            var holders = _history.Holders(grainId, standing.View, Epoch).Where(m => !answered.Contains(m.Epoch)).ToArray();
            if (holders.Length == 0)
            {
                standing.Acquired.TryAdd(grainId, true);
                return;
            }

            foreach (var holder in holders)
            {
                if (!asking.ContainsKey(holder.Epoch)) asking.Add(holder.Epoch, AskToRelease(holder, version, grainId));
            }

            using var done = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            await Task.WhenAny([changed, _thread.Delay(_lease.RenewPeriod, done.Token), .. asking.Values]);
            End(done);
        }
    }

    private async Task<bool> AskToRelease(Member holder, long version, GrainId grainId)
    {
        try
        {
            await _surroundings.Network().Ask(holder.Address, ControlKind.Release, ControlBody.Release(version, grainId), _stop.Token);
            return true;
        }
        catch (Exception failure)
        {
            LogNotAnswered(holder.Address, grainId, failure.Message);

            // Not again at once: a silo that is down refuses quickly, and only its lease tells that it is.
            await _thread.Delay(_lease.RenewPeriod / 5, _stop.Token);
            return false;
        }
    }

    private async Task Evict()
    {
        if (_evicting) return;
        _evicting = true;
        var asked = View.Version;
        try
        {
            var report = await InTime(_store.Evict(Self, Epoch, _lease.LeaseDuration), 2 * _lease.LeaseDuration);
            if (StillMember(report.State))
            {
                var before = View.Version;
                Apply(report.Snapshot, asked);
                if (View.Version > before) TellOthers();
            }
        }
        catch (Exception failure)
        {
            LogNotEvicted(_store.Name, failure.Message);
        }
        finally
        {
            _evicting = false;
        }
    }

    private void TellOthers()
    {
        if (!_options.UseLivenessGossip) return;
        var body = ControlBody.View(View.Version);
        foreach (var member in View.Members)
        {
            if (!member.Address.Equals(Self)) _ = Hint(member.Address);
        }

        async Task Hint(SiloAddress silo)
        {
            try
            {
                await _surroundings.Network().Ask(silo, ControlKind.View, body, _stop.Token);
            }
            catch (Exception)
            {
                // Nothing depends on it: every silo sees the view with its next renewal.
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The cluster is {View}")]
    private partial void LogView(ClusterView view);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Activations could not be ended for view {Version}")]
    private partial void LogNotReleased(Exception failure, long version);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Silo {Silo} did not answer whether its activation of {Grain} has ended: {Reason}")]
    private partial void LogNotAnswered(SiloAddress silo, GrainId grain, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Members whose leases have ended could not be removed from {Store}: {Reason}")]
    private partial void LogNotEvicted(string store, string reason);
}
