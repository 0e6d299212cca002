using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.Bundled;

/// <summary>One state of one activation: holds the value in memory and moves it to and from its storage.</summary>
/// <remarks>It is used on turns of its activation only, which is what makes it free of locks.</remarks>
internal sealed class StateStorageBridge<TState> : IPersistentState<TState>, IGrainState<TState>, ILifecycleObserver
{
    private readonly string _name;
    private readonly IGrainContext _context;
    private readonly IGrainStorage _storage;
    private TState? _state;
    private bool _loaded;
    private bool _recordExists;

    public StateStorageBridge(string name, IGrainContext context, IGrainStorage storage)
    {
        _name = name;
        _context = context;
        _storage = storage;
        _state = StateActivator<TState>.Create();
    }

    public TState State
    {
        get
        {
            CheckAccess();
            return _state!;
        }

        set
        {
            CheckAccess();
            _state = value;
        }
    }

    public string? Etag { get; private set; }

    public bool RecordExists => _loaded
        ? _recordExists
        : throw new InvalidOperationException(
            $"State '{_name}' of grain {_context.GrainId} is not read yet; it is read after the constructor and before OnActivateAsync.");

    TState? IGrainState<TState>.State
    {
        get => _state;
        set => _state = value;
    }

    string? IGrainState<TState>.ETag
    {
        get => Etag;
        set => Etag = value;
    }

    bool IGrainState<TState>.RecordExists
    {
        get => _recordExists;
        set => _recordExists = value;
    }

    public Task ReadStateAsync()
    {
        CheckAccess();
        return Run(StorageFigures.Read);
    }

    public Task WriteStateAsync()
    {
        CheckAccess();
        return Run(StorageFigures.Write);
    }

    public Task ClearStateAsync()
    {
        CheckAccess();
        return Run(StorageFigures.Clear);
    }

    Task ILifecycleObserver.OnStart(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled(cancellationToken);
        }

        // A component may have read the state already while the activation was being set up.
        return _loaded ? Task.CompletedTask : Run(StorageFigures.Read);
    }

    Task ILifecycleObserver.OnStop(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task Run(StorageFigures operation)
    {
        var began = operation.Begin();
        try
        {
            await (operation == StorageFigures.Read ? _storage.ReadStateAsync(_name, _context.GrainId, this)
                : operation == StorageFigures.Write ? _storage.WriteStateAsync(_name, _context.GrainId, this)
                : _storage.ClearStateAsync(_name, _context.GrainId, this));
            _loaded = true;
            operation.End(began);
        }
        catch (Exception exception)
        {
            operation.Fail();
            if (exception is OrleansException) throw;
            throw Failed(operation, exception);
        }
    }

    private OrleansException Failed(StorageFigures operation, Exception exception) =>
        new($"Storage {_storage.GetType().Name} failed to {operation.Verb} state '{_name}' of grain {_context.GrainId}: {exception.Message}", exception);

    private void CheckAccess()
    {
        // Fakes of unit tests have no turns.
        if (_context is IRuntimeGrainContext && !ReferenceEquals(RuntimeContext.Current, _context))
        {
            throw new InvalidOperationException(
                $"Activation access violation: state '{_name}' of grain {_context.GrainId} was used outside of its turns, "
                + "for instance after ConfigureAwait(false) or within Task.Run.");
        }
    }
}
