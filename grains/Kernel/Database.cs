using System.Data;
using Npgsql;

namespace OrleansSocial.Kernel;

/// <summary>The PostgreSQL of this cluster: the one pool of connections that stores and grain state share, and what its faults mean.</summary>
/// <remarks>
/// A store reads with <see cref="Use{T}"/>. What is written goes through <see cref="GroupCommit"/>, which puts the fence first in its transactions.
/// Whoever opens connections itself hands its faults to <see cref="Translate"/>.
/// </remarks>
public sealed class Database : IAsyncDisposable
{
    private static readonly TimeSpan s_clearPause = TimeSpan.FromMilliseconds(250);

    private readonly TimeProvider _clock;
    private readonly WriteFence _fence;
    private readonly NpgsqlDataSource _own;
    private readonly NpgsqlDataSource? _direct;
    private long _clearedAt;

    /// <summary>Opens the pool; connects with the first use.</summary>
    /// <param name="connectionString">Where PostgreSQL is. What it names itself wins over <paramref name="options"/>.</param>
    /// <param name="options">Limits of the pool.</param>
    /// <param name="fence">Counts the writes that PostgreSQL refuses.</param>
    /// <param name="clock">Paces the clearing of the pool.</param>
    /// <param name="directConnectionString">The same PostgreSQL without the pooler that <paramref name="connectionString"/> goes through; null when there is none.</param>
    public Database(string connectionString, DatabaseOptions options, WriteFence fence, TimeProvider clock, string? directConnectionString = null)
    {
        (_fence, _clock) = (fence, clock);
        var hasPooler = !string.IsNullOrEmpty(directConnectionString);
        DirectConnectionString = WithLimits(hasPooler ? directConnectionString! : connectionString, options);
        var fenced = Fenced(DirectConnectionString, fence);
        Source = Pool("stores", hasPooler ? WithLimits(connectionString, options) : fenced);
        _direct = hasPooler ? Pool("direct", new NpgsqlConnectionStringBuilder(fenced) { MaxPoolSize = options.DirectConnectionsMax }.ConnectionString) : null;
        _own = Pool("own", new NpgsqlConnectionStringBuilder(DirectConnectionString) { Pooling = false }.ConnectionString);
    }

    /// <summary>Where PostgreSQL is without a pooler, with the limits of the pool, for whoever keeps connections of its own. May hold a password.</summary>
    public string DirectConnectionString { get; }

    /// <summary>The pool.</summary>
    public NpgsqlDataSource Source { get; }

    /// <summary>Connections that PostgreSQL knows by their fence, for statements that cannot carry it: grain state and reminders. The one pool where no pooler is named.</summary>
    public NpgsqlDataSource FencedSource => _direct ?? Source;

    /// <summary>A connection from the pool; dispose it to give it back.</summary>
    /// <exception cref="DatabaseUnavailableException">PostgreSQL cannot be reached.</exception>
    public async ValueTask<NpgsqlConnection> Open(CancellationToken cancellation = default)
    {
        try
        {
            return await Source.OpenConnectionAsync(cancellation);
        }
        catch (Exception fault) when (Translate(fault) is DatabaseUnavailableException unavailable)
        {
            throw unavailable;
        }
    }

    /// <summary>A connection outside the pool, for what lives as long as its session: an advisory lock, a notification.</summary>
    /// <exception cref="DatabaseUnavailableException">PostgreSQL cannot be reached.</exception>
    public async ValueTask<NpgsqlConnection> OpenOwn(CancellationToken cancellation = default)
    {
        try
        {
            return await _own.OpenConnectionAsync(cancellation);
        }
        catch (Exception fault) when (Translate(fault) is DatabaseUnavailableException unavailable)
        {
            throw unavailable;
        }
    }

    /// <summary>Lends a connection to <paramref name="work"/> and translates its faults.</summary>
    /// <exception cref="DatabaseUnavailableException">PostgreSQL cannot be reached or does not take the write.</exception>
    public async Task<T> Use<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellation = default)
    {
        try
        {
            await using var connection = await Source.OpenConnectionAsync(cancellation);
            try
            {
                return await work(connection, cancellation);
            }
            catch (InvalidOperationException fault) when (fault is ObjectDisposedException || connection.State != ConnectionState.Open)
            {
                // The driver reports a connection that was cut between two commands as one that is closed or disposed.
                throw new DatabaseUnavailableException("The connection was cut.", fault);
            }
        }
        catch (Exception fault) when (Translate(fault) is DatabaseUnavailableException unavailable)
        {
            throw unavailable;
        }
    }

    /// <summary>What a fault of PostgreSQL means to a caller: an outage becomes <see cref="DatabaseUnavailableException"/>, anything else stays what it is.</summary>
    /// <remarks>
    /// Counts a write that the fence refused. After an outage the idle connections are dropped, since all of them
    /// led to the server that went away.
    /// </remarks>
    public Exception Translate(Exception fault)
    {
        if (fault is DatabaseUnavailableException || !DatabaseUnavailableException.Describes(fault))
        {
            return fault;
        }

        if (WriteFence.IsRefusal(fault))
        {
            _fence.CountRefused();
            return new DatabaseUnavailableException("This silo was replaced: its write was refused.");
        }

        ClearPool();
        return new DatabaseUnavailableException($"The database cannot answer now: {fault.GetBaseException().Message}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await _own.DisposeAsync();
        if (_direct is not null) await _direct.DisposeAsync();
    }

    /// <summary>A pool under a name of its own: metrics and traces name it, and would tell the connection string otherwise.</summary>
    public static NpgsqlDataSource Pool(string name, string connectionString) => new NpgsqlDataSourceBuilder(connectionString) { Name = name }.Build();

    // A setting from the start of a session outlives every reset of it.
    private static string Fenced(string connectionString, WriteFence fence)
    {
        var fenced = new NpgsqlConnectionStringBuilder(connectionString);
        fenced.Options = $"{fenced.Options} -c {WriteFence.SessionSetting}={fence.Id}".TrimStart();
        return fenced.ConnectionString;
    }

    private static string WithLimits(string connectionString, DatabaseOptions options)
    {
        var given = new NpgsqlConnectionStringBuilder(connectionString);
        var named = given.Keys.Cast<string>().ToHashSet(StringComparer.OrdinalIgnoreCase);
        void Default(string key, object value)
        {
            if (!named.Contains(key))
            {
                given[key] = value;
            }
        }

        Default("Maximum Pool Size", options.ConnectionsMax);
        Default("Timeout", options.ConnectSecondsMax);
        Default("Command Timeout", options.StatementSecondsMax);
        Default("Max Auto Prepare", options.PreparedStatementsMax);
        Default("Auto Prepare Min Usages", 2);
        Default("Application Name", "orleans-social");
        Default("No Reset On Close", true);
        return given.ConnectionString;
    }

    // Thousands of callers may meet the same outage at once; one clearing serves them all.
    private void ClearPool()
    {
        var now = _clock.GetTimestamp();
        var before = Volatile.Read(ref _clearedAt);
        if ((before == 0 || _clock.GetElapsedTime(before, now) >= s_clearPause)
            && Interlocked.CompareExchange(ref _clearedAt, now, before) == before)
        {
            Source.Clear();
        }
    }
}
