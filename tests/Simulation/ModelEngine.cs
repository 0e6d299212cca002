using Orleans.Bundled;
using Orleans.Runtime;

namespace Orleans.Simulation;

/// <summary>What became of an operation.</summary>
internal enum Outcome
{
    Acknowledged,
    Moved,
    Failed,
}

/// <summary>One activation: what it holds in memory, and the turn it is in.</summary>
internal sealed class ModelActivation(long number, GrainId grain)
{
    public long Number => number;

    public GrainId Grain => grain;

    public long[]? Content { get; set; }

    public bool Ending { get; set; }

    /// <summary>Completes when the turns that were asked for so far have ended.</summary>
    public Task LastTurn { get; set; } = Task.CompletedTask;

    public TaskCompletionSource Ended { get; } = new();
}

/// <summary>Activations as the engine has them: checked when they start, one turn at a time, ended when the grain moves.</summary>
internal sealed class ModelEngine(World world, Node node, Storage storage) : IActivationHost
{
    private readonly Dictionary<GrainId, ModelActivation> _activations = [];
    private readonly NodeStore _database = new(world, storage, node);

    public IReadOnlyCollection<ModelActivation> Activations => _activations.Values;

    public ModelActivation? Find(GrainId grain) => _activations.GetValueOrDefault(grain);

    /// <summary>The process is gone, and everything in it.</summary>
    public void Vanish() => _activations.Clear();

    public Task Release(GrainId grainId) => Find(grainId) is { } activation ? Ended(activation) : Task.CompletedTask;

    public Task ReleaseAll(Func<GrainId, bool> stays) =>
        Task.WhenAll(_activations.Values.Where(a => !stays(a.Grain)).ToArray().Select(Ended));

    /// <summary>Runs one operation if the grain is this silo's.</summary>
    public async Task<(Outcome Outcome, long Version)> Receive(GrainId grain, long operation, long viewVersion)
    {
        for (var attempt = 0; attempt < 8; attempt++)
        {
            if (node.Agent.View.Version < viewVersion) await node.Agent.Refresh(viewVersion);
            switch (node.Agent.Admit(grain))
            {
                case Admission.Elsewhere:
                    return (Outcome.Moved, node.Agent.View.Version);
                case Admission.NotServing:
                    return (Outcome.Failed, 0);
                case Admission.Wait:
                    await node.Agent.WhenAdmissible(grain);
                    continue;
            }

            if (Find(grain) is { } known)
            {
                if (!known.Ending) return (await Turn(known, operation), 0);
                await known.Ended.Task;
                continue;
            }

            if (await Activate(grain) is { } activation) return (await Turn(activation, operation), 0);
        }

        return (Outcome.Failed, 0);
    }

    // The first turn asks once more: whoever ends activations for a newer view sees this one, or it sees that view.
    private async Task<ModelActivation?> Activate(GrainId grain)
    {
        var activation = new ModelActivation(Rules.NextActivation(world), grain);
        _activations.Add(grain, activation);
        var turn = new TaskCompletionSource();
        activation.LastTurn = turn.Task;
        await node.Delay(world.Between(0, 2), CancellationToken.None);
        if (node.Agent.Admit(grain) == Admission.Here)
        {
            Rules.CheckAlone(world, node, activation, storage);
            try
            {
                activation.Content = await _database.Do("load", () => storage.Read(grain));
                turn.SetResult();
                return activation;
            }
            catch (IOException)
            {
                // It starts again with the next call.
            }
        }

        turn.SetResult();
        await End(activation);
        return null;
    }

    private async Task<Outcome> Turn(ModelActivation activation, long operation)
    {
        var before = activation.LastTurn;
        var turn = new TaskCompletionSource();
        activation.LastTurn = turn.Task;
        await before;
        try
        {
            return activation.Ending || activation.Content is null || !node.Agent.Serves ? Outcome.Failed : await Write(activation, operation);
        }
        finally
        {
            turn.SetResult();
        }
    }

    private async Task<Outcome> Write(ModelActivation activation, long operation)
    {
        await node.Delay(world.Between(0, 60), CancellationToken.None);
        long[] content = [.. activation.Content!, operation];
        try
        {
            if (await _database.Do("write", () => storage.Write(node, activation.Grain, activation.Number, content)))
            {
                activation.Content = content;
                storage.Acknowledge(activation.Grain, operation);
                return Outcome.Acknowledged;
            }
        }
        catch (IOException)
        {
            // It is not known whether it was written.
        }

        // Memory may no longer equal what is stored.
        activation.Ending = true;
        _ = End(activation);
        return Outcome.Failed;
    }

    private Task Ended(ModelActivation activation)
    {
        var ended = End(activation);
        return world.Mutation == Mutation.AnswersEarly ? Task.CompletedTask : ended;
    }

    private async Task End(ModelActivation activation)
    {
        activation.Ending = true;
        while (true)
        {
            var last = activation.LastTurn;
            await last;
            if (last == activation.LastTurn) break;
        }

        if (_activations.TryGetValue(activation.Grain, out var known) && known == activation) _activations.Remove(activation.Grain);
        activation.Ended.TrySetResult();
    }
}
