using Orleans.Runtime;

namespace Orleans.Simulation;

/// <summary>What one run came to.</summary>
internal sealed record Result(int Seed, string? Broken, ulong Hash, int Accepted, int Refused, int Failed, IReadOnlyList<string> Trace);

/// <summary>One run: a cluster, clients that write, and faults, all decided by the seed.</summary>
internal sealed class Run
{
    private const int Clients = 5;
    private static readonly TimeSpan s_faults = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(25);
    private static readonly GrainId[] s_grains = [.. Enumerable.Range(0, 6).Select(i => GrainId.Create("thing", $"g{i}"))];

    private readonly World _world;
    private readonly Network _network;
    private readonly Storage _storage;
    private readonly List<Node> _nodes = [];
    private readonly Node?[] _slots;
    private readonly int _seed;
    private long _operations;
    private int _generations;
    private int _failed;

    private Run(int seed, Mutation mutation)
    {
        _seed = seed;
        _world = new World(seed, mutation);
        _network = new Network(_world);
        _storage = new Storage(_world);
        _slots = new Node?[2 + _world.Chance.Next(3)];
        Rules.Follow(_world, _nodes, _storage);
    }

    private Random Chance => _world.Chance;

    /// <summary>Runs a seed.</summary>
    public static Result Of(int seed, Mutation mutation = Mutation.None, int traced = 200) => new Run(seed, mutation).Go(traced);

    private Result Go(int traced)
    {
        for (var slot = 0; slot < _slots.Length; slot++)
        {
            var own = slot;
            _world.After(_world.Between(0, 3000), () => StartIn(own));
        }

        for (var i = 0; i < Clients; i++) Ask();
        _world.After(_world.Between(2000, 5000), Strike);
        _world.RunUntil(s_faults);
        EndFaults();
        _world.RunUntil(s_faults + s_rest);
        CheckProgress();
        return new Result(
            _seed, _world.Broken?.Message, _world.Hash, _storage.Accepted, _storage.Refused, _failed, [.. _world.Trace(_world.Broken is null ? 0 : traced)]);
    }

    private void StartIn(int slot)
    {
        if (_slots[slot] is { IsDead: false }) return;
        var node = new Node(_world, _network, _storage, slot + 1, ++_generations);
        _slots[slot] = node;
        _nodes.Add(node);
        _world.Note("starts", node.Name);
        node.Start();
    }

    // A client asks any silo that runs for any grain, and again when it was answered, or after a while.
    private void Ask()
    {
        if (_world.Elapsed > s_faults + TimeSpan.FromSeconds(3)) return;
        var running = _slots.Where(n => n is { IsDead: false, Started: true }).ToArray();
        var next = _world.Between(10, 400);
        if (running.Length > 0)
        {
            var entry = running[Chance.Next(running.Length)]!;
            var (grain, operation) = (s_grains[Chance.Next(s_grains.Length)], ++_operations);
            _ = entry.Do(() => Call(entry, grain, operation));
        }

        _world.After(next, Ask);
    }

    private async Task<bool> Call(Node entry, GrainId grain, long operation)
    {
        for (var attempt = 0; attempt < 8; attempt++)
        {
            var view = entry.Agent.View;
            if (view.OwnerOf(grain) is not { } owner) break;
            try
            {
                var (outcome, version) = owner.Address.Equals(entry.Address)
                    ? await entry.Engine.Receive(grain, operation, view.Version)
                    : await _network.Ask(entry, owner.Address, node => node.Engine.Receive(grain, operation, view.Version));
                if (outcome == Outcome.Acknowledged) return true;
                if (outcome == Outcome.Failed) break;
                await entry.Agent.Refresh(version);
            }
            catch (SiloUnavailableException)
            {
                break;
            }
        }

        _failed++;
        return false;
    }

    private void Strike()
    {
        if (!_world.Faulty) return;
        var slot = Chance.Next(_slots.Length);
        var length = _world.Between(100, 8000);
        switch (Chance.Next(9))
        {
            case 0 or 1 when _slots[slot] is { IsDead: false } node:
                node.Crash();
                _world.After(_world.Between(10, 6000), () => StartIn(slot));
                break;
            case 2 or 3 when _slots[slot] is { IsDead: false, IsPaused: false } node:
                node.Pause();
                _world.After(length, node.Resume);
                break;
            case 4 when _slots[slot] is { IsDead: false, Ending: false, Started: true } node:
                node.Stop();
                _world.After(_world.Between(1000, 6000), () => StartIn(slot));
                break;
            case 5:
                _storage.Down = true;
                _world.After(length, () => _storage.Down = false);
                break;
            case 6 when _slots[slot] is { IsDead: false } node:
                node.CutFromStore = true;
                _world.After(length, () => node.CutFromStore = false);
                break;
            case 7:
                Cut(slot);
                _world.After(length, _network.Heal);
                break;
            case 8:
                _network.Loss = 0.1;
                _world.After(length, _network.Heal);
                break;
        }

        _world.After(_world.Between(100, 5000), Strike);
    }

    // One silo from another, in one direction or both, or from all of them.
    private void Cut(int slot)
    {
        _world.Note("cut", (slot + 1).ToString(System.Globalization.CultureInfo.InvariantCulture));
        var all = _world.Happens(0.3);
        var other = Chance.Next(_slots.Length);
        for (var to = 0; to < _slots.Length; to++)
        {
            if (to == slot || !(all || to == other)) continue;
            _network.Cut(slot + 1, to + 1);
            if (_world.Happens(0.7)) _network.Cut(to + 1, slot + 1);
        }
    }

    private void EndFaults()
    {
        if (_world.Broken is not null) return;
        _world.Note("faults end", "");
        _world.Faulty = false;
        _storage.Down = false;
        _network.Heal();
        foreach (var node in _nodes)
        {
            node.CutFromStore = false;
            node.Resume();
        }

        // A silo that was told to end needs another in its place.
        for (var i = 1; i <= 5; i++)
        {
            _world.After(TimeSpan.FromSeconds(i * 2), () =>
            {
                for (var slot = 0; slot < _slots.Length; slot++) StartIn(slot);
            });
        }
    }

    /// <summary>When nothing fails any more, all silos follow one settled view, and every grain answers through each of them.</summary>
    private void CheckProgress()
    {
        if (_world.Broken is not null) return;
        var running = _slots.Where(n => n is { IsDead: false }).Select(n => n!).ToArray();
        foreach (var node in running)
        {
            if (running.Length != _slots.Length || !node.Started || !node.Agent.Serves || !node.Agent.View.IsSettled || node.Agent.View.Version != _storage.Table.Version
                || node.Agent.View.Active.Length != running.Length)
            {
                _world.Break($"{node.Name} came to no rest: serves {node.Agent.Serves}, {node.Agent.View}, settled {node.Agent.View.IsSettled}, stored {_storage.Table.Version}.");
                return;
            }
        }

        var answered = 0;
        foreach (var node in running)
        {
            foreach (var grain in s_grains)
            {
                var operation = ++_operations;
                _ = node.Do(async () =>
                {
                    if (await Call(node, grain, operation)) answered++;
                });
            }
        }

        _world.RunUntil(_world.Elapsed + TimeSpan.FromSeconds(10));
        if (_world.Broken is null && answered != running.Length * s_grains.Length)
        {
            _world.Break($"Of {running.Length * s_grains.Length} calls {answered} were answered, with no fault left.");
        }
    }
}
