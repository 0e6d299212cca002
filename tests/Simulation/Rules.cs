using System.Runtime.CompilerServices;
using Orleans.Bundled;

namespace Orleans.Simulation;

/// <summary>What must hold at every step.</summary>
internal static class Rules
{
    private static readonly ConditionalWeakTable<World, Record> s_records = [];

    public static void Follow(World world, IReadOnlyList<Node> nodes, Storage storage) => s_records.Add(world, new Record(nodes, storage));

    public static long NextActivation(World world) => ++Of(world).Activations;

    /// <summary>A silo that serves has a lease that stands.</summary>
    public static void CheckLease(World world, Node node)
    {
        if (node.Agent.Serves && !Of(world).Storage.HoldsUnexpired(node)) world.Break($"{node.Name} serves without a lease.");
    }

    /// <summary>Views never go back.</summary>
    public static void CheckView(World world, Node node, ClusterView view)
    {
        var seen = Of(world).Views;
        if (seen.TryGetValue(node.Name, out var before) && before >= view.Version) world.Break($"{node.Name} went from view {before} to {view.Version}.");
        seen[node.Name] = view.Version;
    }

    /// <summary>No other member has an activation of the grain that passed its own check. One that was evicted is none.</summary>
    public static void CheckAlone(World world, Node node, ModelActivation activation, Storage storage)
    {
        world.Note("activates", node.Name, activation.Number, activation.Grain.GetUniformHashCode());
        activation.Content = [];
        foreach (var other in Of(world).Nodes)
        {
            if (other == node || other.IsDead || !storage.Holds(other)) continue;
            if (other.Engine.Find(activation.Grain) is { Content: not null } second)
            {
                world.Break($"{node.Name} has activation {activation.Number} of {activation.Grain} while member {other.Name} has {second.Number}.");
            }
        }
    }

    private static Record Of(World world) => s_records.TryGetValue(world, out var record) ? record : throw new InvalidOperationException();

    private sealed class Record(IReadOnlyList<Node> nodes, Storage storage)
    {
        public IReadOnlyList<Node> Nodes => nodes;

        public Storage Storage => storage;

        public long Activations { get; set; }

        public Dictionary<string, long> Views { get; } = [];
    }
}
