using System.Collections.Immutable;
using Orleans.Runtime;

namespace Orleans.Runtime
{
    /// <summary>What a silo of the cluster is doing.</summary>
    public enum SiloStatus
    {
        /// <summary>Nothing is known of it.</summary>
        None = 0,

        /// <summary>It was created and has not asked to join yet.</summary>
        Created = 1,

        /// <summary>It is a member and gets no grains yet.</summary>
        Joining = 2,

        /// <summary>It serves grains.</summary>
        Active = 3,

        /// <summary>It leaves, and hands its grains over.</summary>
        ShuttingDown = 4,

        /// <summary>It leaves at once.</summary>
        Stopping = 5,

        /// <summary>It is no member any more, and never becomes one again.</summary>
        Dead = 6,
    }

    /// <summary>Questions about a status.</summary>
    public static class SiloStatusExtensions
    {
        /// <summary>Whether the silo leaves or is gone.</summary>
        public static bool IsTerminating(this SiloStatus siloStatus) => siloStatus is SiloStatus.ShuttingDown or SiloStatus.Stopping or SiloStatus.Dead;
    }

    /// <summary>Hears of silos that join, change or leave. Called one change at a time, in the order of the views; returns at once.</summary>
    public interface ISiloStatusListener
    {
        /// <summary>The status of a silo changed.</summary>
        void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status);
    }

    /// <summary>The silos of the cluster, as this one knows them.</summary>
    public interface ISiloStatusOracle
    {
        /// <summary>The status of this silo.</summary>
        SiloStatus CurrentStatus { get; }

        /// <summary>The name of this silo.</summary>
        string SiloName { get; }

        /// <summary>The address of this silo.</summary>
        SiloAddress SiloAddress { get; }

        /// <summary>The silos that serve grains.</summary>
        ImmutableArray<SiloAddress> GetActiveSilos();

        /// <summary>The status of a silo: <see cref="SiloStatus.Dead"/> when it is gone, <see cref="SiloStatus.None"/> when it was never known.</summary>
        SiloStatus GetApproximateSiloStatus(SiloAddress siloAddress);

        /// <summary>The status of all silos, or of those that serve grains.</summary>
        Dictionary<SiloAddress, SiloStatus> GetApproximateSiloStatuses(bool onlyActive = false);

        /// <summary>The name of a silo; false when it is no member.</summary>
        bool TryGetSiloName(SiloAddress siloAddress, out string siloName);

        /// <summary>Whether a silo is a member and does not leave.</summary>
        bool IsFunctionalDirectory(SiloAddress siloAddress);

        /// <summary>Whether a silo was a member and is none any more. Its silo's last 1000 departures are known.</summary>
        bool IsDeadSilo(SiloAddress silo);

        /// <summary>Has a listener told of every change from here on; false when it is told already.</summary>
        bool SubscribeToSiloStatusEvents(ISiloStatusListener observer);

        /// <summary>Ends what <see cref="SubscribeToSiloStatusEvents"/> began; false when there was nothing to end.</summary>
        bool UnSubscribeFromSiloStatusEvents(ISiloStatusListener observer);
    }

    /// <summary>A member of the cluster.</summary>
    /// <param name="SiloAddress">Its address.</param>
    /// <param name="Status">What it is doing.</param>
    /// <param name="Name">Its name.</param>
    public sealed record ClusterMember(SiloAddress SiloAddress, SiloStatus Status, string Name);

    /// <summary>The members of the cluster at one version.</summary>
    public sealed class ClusterMembershipSnapshot(ImmutableDictionary<SiloAddress, ClusterMember> members, MembershipVersion version)
    {
        /// <summary>The members by address.</summary>
        public ImmutableDictionary<SiloAddress, ClusterMember> Members { get; } = members;

        /// <summary>Grows with every change.</summary>
        public MembershipVersion Version { get; } = version;

        /// <summary>The status of a silo: <see cref="SiloStatus.None"/> when it is no member.</summary>
        public SiloStatus GetSiloStatus(SiloAddress silo) => Members.TryGetValue(silo, out var member) ? member.Status : SiloStatus.None;
    }

    /// <summary>The membership of the cluster, and its changes.</summary>
    public interface IClusterMembershipService
    {
        /// <summary>The members as this silo knows them.</summary>
        ClusterMembershipSnapshot CurrentSnapshot { get; }

        /// <summary>The members now, and again after every change; a reader that is slow sees the newest only. Ends with its enumeration.</summary>
        IAsyncEnumerable<ClusterMembershipSnapshot> MembershipUpdates { get; }

        /// <summary>Completes when this silo knows the members at least as of that version, or cannot find out.</summary>
        ValueTask Refresh(MembershipVersion minimumVersion = default, CancellationToken cancellationToken = default);
    }
}

namespace Orleans.Bundled
{
    /// <summary>What applications see of the view.</summary>
    internal sealed class ClusterStatus : ISiloStatusOracle, IClusterMembershipService
    {
        private const int DepartedMax = 1000;

        private readonly Lock _lock = new();
        private readonly IClusterAgent _agent;
        private readonly HashSet<ISiloStatusListener> _listeners = [];
        private readonly HashSet<SiloAddress> _departed = [];
        private readonly Queue<SiloAddress> _departures = [];
        private ClusterView _view;
        private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ClusterStatus(IClusterAgent agent, ILocalSiloDetails silo)
        {
            _agent = agent;
            SiloName = silo.Name;
            SiloAddress = silo.SiloAddress;
            _view = agent.View;
            agent.ViewChanged += OnViewChanged;
        }

        public SiloStatus CurrentStatus => GetApproximateSiloStatus(SiloAddress) is var status and not SiloStatus.None ? status : SiloStatus.Created;

        public string SiloName { get; }

        public SiloAddress SiloAddress { get; }

        public ClusterMembershipSnapshot CurrentSnapshot => Snapshot(_agent.View);

        public IAsyncEnumerable<ClusterMembershipSnapshot> MembershipUpdates => Updates();

        public ImmutableArray<SiloAddress> GetActiveSilos() =>
            [.. _agent.View.Members.Where(m => m.Status == MemberStatus.Active).Select(m => m.Address)];

        public SiloStatus GetApproximateSiloStatus(SiloAddress siloAddress)
        {
            ArgumentNullException.ThrowIfNull(siloAddress);
            if (_agent.View.Find(siloAddress) is { } member) return Status(member);
            return IsDeadSilo(siloAddress) ? SiloStatus.Dead : SiloStatus.None;
        }

        public Dictionary<SiloAddress, SiloStatus> GetApproximateSiloStatuses(bool onlyActive = false)
        {
            var statuses = _agent.View.Members.Where(m => !onlyActive || m.Status == MemberStatus.Active).ToDictionary(m => m.Address, Status);
            if (onlyActive) return statuses;
            lock (_lock)
            {
                foreach (var silo in _departed) statuses.TryAdd(silo, SiloStatus.Dead);
            }

            return statuses;
        }

        public bool TryGetSiloName(SiloAddress siloAddress, out string siloName)
        {
            siloName = _agent.View.Find(siloAddress)?.Name ?? "";
            return siloName.Length > 0;
        }

        public bool IsFunctionalDirectory(SiloAddress siloAddress) => _agent.View.Find(siloAddress) is { Status: not MemberStatus.Leaving };

        public bool IsDeadSilo(SiloAddress silo)
        {
            lock (_lock) return _departed.Contains(silo);
        }

        public bool SubscribeToSiloStatusEvents(ISiloStatusListener observer)
        {
            ArgumentNullException.ThrowIfNull(observer);
            lock (_lock) return _listeners.Add(observer);
        }

        public bool UnSubscribeFromSiloStatusEvents(ISiloStatusListener observer)
        {
            lock (_lock) return _listeners.Remove(observer);
        }

        public async ValueTask Refresh(MembershipVersion minimumVersion = default, CancellationToken cancellationToken = default)
        {
            // No version asks for what is newest.
            var wanted = minimumVersion == default || minimumVersion == MembershipVersion.MinValue ? _agent.View.Version + 1 : minimumVersion.Value;
            await _agent.Refresh(wanted).WaitAsync(cancellationToken);
        }

        private static SiloStatus Status(Member member) => member.Status switch
        {
            MemberStatus.Joining => SiloStatus.Joining,
            MemberStatus.Active => SiloStatus.Active,
            _ => SiloStatus.ShuttingDown,
        };

        private static ClusterMembershipSnapshot Snapshot(ClusterView view) => new(
            view.Members.ToImmutableDictionary(m => m.Address, m => new ClusterMember(m.Address, Status(m), m.Name)), new(view.Version));

        private async IAsyncEnumerable<ClusterMembershipSnapshot> Updates(
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
        {
            while (true)
            {
                Task changed;
                ClusterView view;
                lock (_lock)
                {
                    changed = _changed.Task;
                    view = _view;
                }

                yield return Snapshot(view);
                await changed.WaitAsync(cancellation);
            }
        }

        private void OnViewChanged(ClusterView view)
        {
            TaskCompletionSource changed;
            List<(SiloAddress Silo, SiloStatus Status)> news = [];
            ISiloStatusListener[] listeners;
            lock (_lock)
            {
                foreach (var member in view.Members)
                {
                    if (_view.Find(member.Address)?.Status != member.Status) news.Add((member.Address, Status(member)));
                }

                foreach (var member in _view.Members.Where(m => view.Find(m.Address) is null))
                {
                    news.Add((member.Address, SiloStatus.Dead));
                    if (_departed.Add(member.Address)) _departures.Enqueue(member.Address);
                    if (_departures.Count > DepartedMax) _departed.Remove(_departures.Dequeue());
                }

                _view = view;
                changed = _changed;
                _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
                listeners = [.. _listeners];
            }

            changed.TrySetResult();
            foreach (var (silo, status) in news)
            {
                foreach (var listener in listeners) listener.SiloStatusChangeNotification(silo, status);
            }
        }
    }
}
