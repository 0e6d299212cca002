using Npgsql;

namespace Orleans.Bundled;

/// <summary>
/// Runs statements on a connection of its own, on a thread of its own, without the thread pool: a silo whose pool is busy still renews.
/// A statement that fails closes the connection; the next one opens another.
/// </summary>
internal sealed class RenewalThread(Func<NpgsqlConnection> open) : IDisposable
{
    private readonly Queue<Action> _work = [];
    private NpgsqlConnection? _connection;
    private bool _started;
    private bool _ended;

    /// <summary>Runs work on the connection, after what was asked for before.</summary>
    public Task<T> Run<T>(Func<NpgsqlConnection, T> work)
    {
        // Completed in place: the agent waits for it on a scheduler of its own, and nothing of a renewal goes through the thread pool.
        var done = new TaskCompletionSource<T>();
        lock (_work)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            _work.Enqueue(Attempt);
            Monitor.Pulse(_work);
            if (!_started)
            {
                _started = true;
                new Thread(Loop) { IsBackground = true, Name = "renewals", Priority = ThreadPriority.AboveNormal }.UnsafeStart();
            }
        }

        return done.Task;

        void Attempt()
        {
            try
            {
                _connection ??= open();
                done.SetResult(work(_connection));
            }
            catch (Exception failure)
            {
                Close();
                done.SetException(failure);
            }
        }
    }

    public void Dispose()
    {
        lock (_work)
        {
            _ended = true;
            Monitor.Pulse(_work);
        }
    }

    private void Loop()
    {
        while (Next() is { } work) work();
        Close();
    }

    private Action? Next()
    {
        lock (_work)
        {
            while (_work.Count == 0)
            {
                if (_ended) return null;
                Monitor.Wait(_work);
            }

            return _work.Dequeue();
        }
    }

    private void Close()
    {
        try
        {
            Interlocked.Exchange(ref _connection, null)?.Dispose();
        }
        catch (Exception failure) when (failure is NpgsqlException or InvalidOperationException or IOException)
        {
            // It is of no use any more either way.
        }
    }
}
