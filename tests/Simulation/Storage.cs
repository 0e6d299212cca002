using Orleans.Bundled;
using Orleans.Runtime;

namespace Orleans.Simulation;

/// <summary>The database: the leases, and one row for each grain, whose writes are checked against them.</summary>
internal sealed class Storage(World world)
{
    private readonly Dictionary<GrainId, (long Writer, long[] Content)> _rows = [];
    private readonly Dictionary<GrainId, HashSet<long>> _acknowledged = [];
    private long _epochs;

    public MembershipTable Table { get; } = new()
    {
        EvictionMargin = world.Mutation == Mutation.EvictsEarly ? TimeSpan.FromSeconds(-2) : TimeSpan.Zero,
    };

    /// <summary>Whether it answers nobody.</summary>
    public bool Down { get; set; }

    public List<Action> Listeners { get; } = [];

    public int Refused { get; private set; }

    public int Accepted { get; private set; }

    public DateTimeOffset Clock => DateTimeOffset.UnixEpoch + world.Elapsed;

    public long NextEpoch() => ++_epochs;

    public bool Holds(Node node) =>
        Table.Rows.TryGetValue(node.Address.ToParsableString(), out var row) && row.Epoch == node.Agent.Epoch;

    public bool HoldsUnexpired(Node node) =>
        Table.Rows.TryGetValue(node.Address.ToParsableString(), out var row) && row.Epoch == node.Agent.Epoch && row.ExpiresAt > Clock;

    public long[] Read(GrainId grain) => _rows.TryGetValue(grain, out var row) ? row.Content : [];

    /// <summary>Replaces a row, without looking at what it held; false when the writer has no lease.</summary>
    public bool Write(Node node, GrainId grain, long activation, long[] content)
    {
        if (world.Mutation != Mutation.NoFence && !HoldsUnexpired(node))
        {
            Refused++;
            world.Note("refused", node.Name, activation);
            return false;
        }

        Accepted++;
        world.Note("wrote", node.Name, activation, content[^1]);
        if (_rows.TryGetValue(grain, out var row) && row.Writer > activation)
        {
            world.Break($"Activation {activation} of {grain} on {node.Name} wrote after activation {row.Writer} had written.");
        }

        if (_acknowledged.TryGetValue(grain, out var promised) && !promised.IsSubsetOf(content))
        {
            world.Break($"A write of {node.Name} to {grain} lost {string.Join(", ", promised.Except(content))}, which was acknowledged.");
        }

        _rows[grain] = (activation, content);
        return true;
    }

    public void Acknowledge(GrainId grain, long operation)
    {
        if (!_acknowledged.TryGetValue(grain, out var promised)) _acknowledged.Add(grain, promised = []);
        promised.Add(operation);
        if (!Read(grain).Contains(operation)) world.Break($"Operation {operation} on {grain} was acknowledged and is not stored.");
    }
}

/// <summary>The way of one node to the database: questions and answers take their time, and get lost.</summary>
internal sealed class NodeStore(World world, Storage storage, Node node) : IMembershipStore
{
    public event Action? Changed
    {
        add => storage.Listeners.Add(value!);
        remove => storage.Listeners.Remove(value!);
    }

    public string Name => "the database";

    public bool HasWallClock => false;

    public Task<JoinReport> Join(JoinRequest request) => Do("join", () =>
    {
        var epoch = storage.Table.Join(request, storage.NextEpoch, storage.Clock);
        return new JoinReport(epoch, storage.Table.Snapshot(storage.Clock));
    });

    public Task<LeaseReport> Renew(SiloAddress silo, long epoch, long settled, TimeSpan lease) =>
        Report("renew", () => storage.Table.Renew(silo, epoch, settled, lease, storage.Clock, out _));

    public Task<LeaseReport> SetStatus(SiloAddress silo, long epoch, MemberStatus status) =>
        Report("status", () => storage.Table.SetStatus(silo, epoch, status));

    public Task Leave(SiloAddress silo, long epoch) => Do("leave", () =>
    {
        storage.Table.Leave(silo, epoch);
        return true;
    });

    public Task<LeaseReport> Evict(SiloAddress silo, long epoch, TimeSpan lease) =>
        Report("evict", () => storage.Table.Evict(silo, epoch, lease, storage.Clock));

    public Task<LeaseReport> Suspect(SiloAddress silo, long epoch, SiloAddress suspect, SuspicionTerms terms) =>
        Report("suspect", () => storage.Table.Suspect(silo, epoch, suspect, terms, storage.Clock));

    public Task<MembershipSnapshot> Read() => Do("read", () => storage.Table.Snapshot(storage.Clock));

    /// <summary>Something that the database does for this node, at one moment between the question and the answer.</summary>
    public Task<T> Do<T>(string what, Func<T> operation)
    {
        var answer = new TaskCompletionSource<T>();
        world.After(Delay(), () =>
        {
            if (Lost())
            {
                Fail(answer);
                return;
            }

            Execute(what, operation, answer);
        });
        return answer.Task;
    }

    private void Execute<T>(string what, Func<T> operation, TaskCompletionSource<T> answer)
    {
        var before = storage.Table.Version;
        Action answering;
        try
        {
            var result = operation();
            world.Note(what, node.Name, before, storage.Table.Version);
            answering = () => answer.TrySetResult(result);
        }
        catch (OrleansConfigurationException refusal)
        {
            answering = () => answer.TrySetException(refusal);
        }

        if (storage.Table.Version != before) Notify();
        if (Lost()) Fail(answer);
        else world.After(Delay(), answering);
    }

    private Task<LeaseReport> Report(string what, Func<LeaseState> operation) => Do(what, () =>
    {
        var state = operation();
        return new LeaseReport(state, storage.Table.Snapshot(storage.Clock));
    });

    private void Notify()
    {
        foreach (var listener in storage.Listeners)
        {
            if (world.Happens(0.8)) world.After(Delay(), () => { if (storage.Listeners.Contains(listener)) listener(); });
        }
    }

    private bool Lost() => storage.Down || node.CutFromStore || (world.Faulty && world.Happens(0.002));

    private void Fail<T>(TaskCompletionSource<T> answer) =>
        world.After(world.Between(0, 1500), () => answer.TrySetException(new IOException("The database does not answer.")));

    private TimeSpan Delay() => world.Faulty && world.Happens(0.01) ? world.Between(1, 1200) : world.Between(0.1, 3);
}
