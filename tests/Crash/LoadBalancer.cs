using System.Collections.Concurrent;
using System.Net;
using OrleansSocial.Driver;

namespace OrleansSocial.Crash;

/// <summary>
/// Stands before several nodes as any load balancer does: asks each for its health, leads new connections to those that are ready, in
/// turn, and ends the connections of one that is no longer.
/// </summary>
internal sealed class LoadBalancer : IAsyncDisposable
{
    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(250);

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(3) };
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<IPEndPoint, bool> _ready = new();
    private readonly List<Task> _asking = [];
    private readonly TcpRelay _relay;
    private uint _turn;

    private LoadBalancer()
    {
        _relay = new TcpRelay(Next);
        Address = new Uri($"http://127.0.0.1:{_relay.Port}");
    }

    /// <summary>The one address of all nodes.</summary>
    public Uri Address { get; }

    /// <summary>Stands before nodes that are ready.</summary>
    public static async Task<LoadBalancer> Before(IEnumerable<Uri> nodes)
    {
        var balancer = new LoadBalancer();
        foreach (var node in nodes) await balancer.Add(node);
        return balancer;
    }

    /// <summary>Leads people to one more node, which is ready.</summary>
    public async Task Add(Uri node)
    {
        var asked = new TaskCompletionSource();
        _asking.Add(Ask(node, new IPEndPoint(IPAddress.Parse(node.Host), node.Port), asked));
        await asked.Task;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_asking);
        await _relay.DisposeAsync();
        _http.Dispose();
        _stop.Dispose();
    }

    private IPEndPoint? Next()
    {
        var ready = _ready.Where(node => node.Value).Select(node => node.Key).OrderBy(node => node.Port).ThenBy(node => node.ToString(), StringComparer.Ordinal).ToList();
        return ready.Count == 0 ? null : ready[(int)(Interlocked.Increment(ref _turn) % ready.Count)];
    }

    private async Task Ask(Uri node, IPEndPoint endpoint, TaskCompletionSource asked)
    {
        using var timer = new PeriodicTimer(s_period);
        do
        {
            _ready[endpoint] = await IsReady(node);
            if (_ready[endpoint]) asked.TrySetResult();
            else _relay.Drop(endpoint);
        }
        while (await timer.Next(_stop.Token));
    }

    private async Task<bool> IsReady(Uri node)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri(node, "/health/ready"), _stop.Token);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }
}
