using System.Collections;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Orleans.Utilities;

/// <summary>Keeps the observers of one grain, each known by itself. See <see cref="ObserverManager{TIdentity, TObserver}"/>.</summary>
/// <typeparam name="TObserver">The observer interface.</typeparam>
/// <param name="expiration">How long a subscription lasts without being renewed.</param>
/// <param name="log">Where removed observers are told.</param>
public class ObserverManager<TObserver>(TimeSpan expiration, ILogger log)
    : ObserverManager<IAddressable, TObserver>(expiration, log);

/// <summary>
/// Keeps the observers of one grain. A subscription lasts for a while and must be renewed; an observer whose notification fails is
/// removed. Not safe for several threads: use it within one grain.
/// </summary>
/// <typeparam name="TIdentity">What an observer is known by.</typeparam>
/// <typeparam name="TObserver">The observer interface.</typeparam>
public partial class ObserverManager<TIdentity, TObserver> : IEnumerable<TObserver>
    where TIdentity : notnull
{
    private readonly Dictionary<TIdentity, Entry> _observers = [];
    private readonly ILogger _log;

    /// <summary>Creates a manager without observers.</summary>
    /// <param name="expiration">How long a subscription lasts without being renewed.</param>
    /// <param name="log">Where removed observers are told.</param>
    public ObserverManager(TimeSpan expiration, ILogger log)
    {
        ArgumentNullException.ThrowIfNull(log);
        ExpirationDuration = expiration;
        _log = log;
        GetDateTime = static () => TimeProvider.System.GetUtcNow().UtcDateTime;
    }

    /// <summary>How long a subscription lasts without being renewed.</summary>
    public TimeSpan ExpirationDuration { get; set; }

    /// <summary>The clock that subscriptions are measured by, in UTC.</summary>
    public Func<DateTime> GetDateTime { get; set; }

    /// <summary>How many observers there are, expired ones that nobody has noticed yet included.</summary>
    public int Count => _observers.Count;

    /// <summary>The observers by what they are known by: a snapshot.</summary>
    public IReadOnlyDictionary<TIdentity, TObserver> Observers => _observers.ToDictionary(o => o.Key, o => o.Value.Observer);

    /// <summary>Adds an observer, or renews its subscription.</summary>
    public void Subscribe(TIdentity id, TObserver observer)
    {
        if (_observers.TryGetValue(id, out var known))
        {
            known.Seen = GetDateTime();
            known.Observer = observer;
        }
        else
        {
            _observers.Add(id, new Entry(observer, GetDateTime()));
        }
    }

    /// <summary>Removes an observer. Nothing happens when it is unknown.</summary>
    public void Unsubscribe(TIdentity id) => _observers.Remove(id);

    /// <summary>
    /// Notifies the observers there are now, one after the other, each awaited. Those that expired or whose notification fails are
    /// removed.
    /// </summary>
    /// <param name="notification">Notifies one observer.</param>
    /// <param name="predicate">Chooses observers; null for all.</param>
    public async Task Notify(Func<TObserver, Task> notification, Func<TObserver, bool>? predicate = null)
    {
        ArgumentNullException.ThrowIfNull(notification);
        var now = GetDateTime();
        var gone = new List<(TIdentity Id, Entry Entry)>();
        foreach (var (id, entry) in _observers.ToArray())
        {
            if (HasExpired(entry, now))
            {
                gone.Add((id, entry));
                continue;
            }

            if (predicate is not null && !predicate(entry.Observer)) continue;
            try
            {
                await notification(entry.Observer);
            }
            catch (Exception exception)
            {
                LogFailed(_log, exception, id);
                gone.Add((id, entry));
            }
        }

        Remove(gone);
    }

    /// <summary>Notifies the observers there are now. Those that expired or whose notification throws are removed.</summary>
    /// <param name="notification">Notifies one observer.</param>
    /// <param name="predicate">Chooses observers; null for all.</param>
    public void Notify(Action<TObserver> notification, Func<TObserver, bool>? predicate = null)
    {
        ArgumentNullException.ThrowIfNull(notification);
        var now = GetDateTime();
        var gone = new List<(TIdentity Id, Entry Entry)>();
        foreach (var (id, entry) in _observers.ToArray())
        {
            if (HasExpired(entry, now))
            {
                gone.Add((id, entry));
                continue;
            }

            if (predicate is not null && !predicate(entry.Observer)) continue;
            try
            {
                notification(entry.Observer);
            }
            catch (Exception exception)
            {
                LogFailed(_log, exception, id);
                gone.Add((id, entry));
            }
        }

        Remove(gone);
    }

    /// <summary>Removes every observer.</summary>
    public void Clear() => _observers.Clear();

    /// <summary>Removes the observers whose subscription was not renewed in time.</summary>
    public void ClearExpired()
    {
        var now = GetDateTime();
        Remove([.. _observers.Where(o => HasExpired(o.Value, now)).Select(o => (o.Key, o.Value))]);
    }

    /// <summary>The observers, expired ones included.</summary>
    public IEnumerator<TObserver> GetEnumerator() => _observers.Values.Select(o => o.Observer).ToList().GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    [LoggerMessage(Level = LogLevel.Information, Message = "Observer {Observer} could not be notified and is removed.")]
    private static partial void LogFailed(ILogger log, Exception exception, TIdentity observer);

    private bool HasExpired(Entry entry, DateTime now) => now - entry.Seen > ExpirationDuration;

    // One that subscribed anew while others were notified stays.
    private void Remove(List<(TIdentity Id, Entry Entry)> gone)
    {
        foreach (var (id, entry) in gone)
            if (_observers.TryGetValue(id, out var known) && ReferenceEquals(known, entry)) _observers.Remove(id);
    }

    private sealed class Entry(TObserver observer, DateTime seen)
    {
        public TObserver Observer { get; set; } = observer;

        public DateTime Seen { get; set; } = seen;
    }
}
