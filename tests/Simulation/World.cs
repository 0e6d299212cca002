using System.Globalization;
using Orleans.Runtime;

namespace Orleans.Simulation;

/// <summary>What is changed in the protocol on purpose, to see that the simulation finds it.</summary>
internal enum Mutation
{
    None,

    /// <summary>Writes are accepted whoever makes them.</summary>
    NoFence,

    /// <summary>A silo serves on after its lease.</summary>
    RenewsLate,

    /// <summary>Leases are removed before they have ended.</summary>
    EvictsEarly,

    /// <summary>A silo says that an activation has ended while its last turn still runs.</summary>
    AnswersEarly,
}

/// <summary>A rule of the cluster was broken.</summary>
internal sealed class BrokenRuleException(string message) : Exception(message);

/// <summary>Time, chance and order of one run: everything that happens is an event here, and the seed decides all of it.</summary>
internal sealed class World(int seed, Mutation mutation)
{
    private readonly PriorityQueue<Action, (long At, int Chance, long Number)> _events = new();
    private readonly List<(long At, string What, string Who, long A, long B)> _trace = [];
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private long _number;
    private ulong _hash = 14695981039346656037;

    public Random Chance { get; } = new(seed);

    public Mutation Mutation => mutation;

    /// <summary>In ticks since the beginning.</summary>
    public long Now { get; private set; }

    /// <summary>Whether faults still happen.</summary>
    public bool Faulty { get; set; } = true;

    public BrokenRuleException? Broken { get; private set; }

    /// <summary>Stands for everything that happened, in its order.</summary>
    public ulong Hash => _hash;

    public TimeSpan Elapsed => TimeSpan.FromTicks(Now);

    public void After(TimeSpan delay, Action what)
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            // An exception would end in a task that nobody awaits.
            Environment.FailFast("Something left the simulation for another thread, where the seed does not decide its order.");
        }

        var at = Now + Math.Max(0, delay.Ticks);
        _events.Enqueue(what, (at, Chance.Next(), _number++));
    }

    /// <summary>Lets events happen until a time has come, or a rule is broken.</summary>
    public void RunUntil(TimeSpan time)
    {
        while (Broken is null && _events.TryPeek(out var what, out var order) && order.At <= time.Ticks)
        {
            _events.Dequeue();
            Now = order.At;
            what();
        }

        if (Broken is null) Now = time.Ticks;
    }

    public TimeSpan Between(double lowMilliseconds, double highMilliseconds) =>
        TimeSpan.FromMilliseconds(lowMilliseconds + (Chance.NextDouble() * (highMilliseconds - lowMilliseconds)));

    public bool Happens(double probability) => Chance.NextDouble() < probability;

    public void Note(string what, string who, long a = 0, long b = 0)
    {
        _trace.Add((Now, what, who, a, b));
        Mix((ulong)Now);
        foreach (var letter in what) Mix(letter);
        foreach (var letter in who) Mix(letter);
        Mix((ulong)a);
        Mix((ulong)b);
    }

    public void Break(string rule)
    {
        Note("BROKEN " + rule, "");
        Broken ??= new BrokenRuleException(rule);
    }

    /// <summary>What happened, newest last.</summary>
    public IEnumerable<string> Trace(int last) => _trace.TakeLast(last).Select(t => string.Create(
        CultureInfo.InvariantCulture, $"{TimeSpan.FromTicks(t.At).TotalSeconds,10:0.000000} {t.Who,-10} {t.What} {t.A} {t.B}"));

    private void Mix(ulong value) => _hash = (_hash ^ value) * 1099511628211;
}

/// <summary>Messages between nodes: they take their time, overtake each other, and get lost where the network is cut.</summary>
internal sealed class Network(World world)
{
    private readonly HashSet<(int, int)> _cuts = [];
    private readonly Dictionary<SiloAddress, Node> _nodes = [];

    public double Loss { get; set; }

    public void Add(Node node) => _nodes[node.Address] = node;

    public void Cut(int from, int to) => _cuts.Add((from, to));

    public void Heal()
    {
        _cuts.Clear();
        Loss = 0;
    }

    /// <summary>Has another node do something, and brings its answer back.</summary>
    public Task<T> Ask<T>(Node from, SiloAddress to, Func<Node, Task<T>> question)
    {
        var answer = new TaskCompletionSource<T>();
        if (!Passes(from.Slot, to.Endpoint.Port))
        {
            Lose(answer);
            return answer.Task;
        }

        world.After(Delay(), () =>
        {
            if (!_nodes.TryGetValue(to, out var node) || node.IsDead)
            {
                world.After(Delay(), () => answer.TrySetException(new SiloUnavailableException("Nobody listens there.")));
                return;
            }

            // Who dies before the answer breaks the connection.
            node.OnDeath(() => world.After(Delay(), () => answer.TrySetException(new SiloUnavailableException("The connection broke."))));
            _ = node.Do(() => Serve(from, node, question, answer));
        });
        return answer.Task;
    }

    private async Task Serve<T>(Node from, Node node, Func<Node, Task<T>> question, TaskCompletionSource<T> answer)
    {
        Action answering;
        try
        {
            var result = await question(node);
            answering = () => answer.TrySetResult(result);
        }
        catch (Exception failure)
        {
            answering = () => answer.TrySetException(failure);
        }

        if (Passes(node.Slot, from.Slot)) world.After(Delay(), answering);
        else Lose(answer);
    }

    // A cut connection is noticed sooner or later, and sometimes not before everything is over.
    private void Lose<T>(TaskCompletionSource<T> answer)
    {
        if (world.Happens(0.8)) world.After(world.Between(1, 2000), () => answer.TrySetException(new SiloUnavailableException("The connection broke.")));
    }

    private bool Passes(int from, int to) => !_cuts.Contains((from, to)) && !world.Happens(Loss);

    private TimeSpan Delay() => world.Happens(0.02) ? world.Between(1, 400) : world.Between(0.05, 2);
}
