using System.Reflection;
using Orleans.Providers;
using Orleans.Storage;

namespace Orleans.Conformance.Storage;

public interface INoteGrain : IGrainWithStringKey
{
    Task<string> Text();

    Task<bool> Exists();

    Task<string?> Version();

    Task<string> TextAtActivation();

    Task<string> ConstructorSaw();

    Task Write(string text);

    Task WriteOverStale(string text);

    Task Clear();

    Task Reload();

    Task Change(string text);

    Task<string> UseOffTurn();

    Task<Guid> Activation();

    Task End();
}

public sealed class NoteGrain : Grain, INoteGrain
{
    private readonly IPersistentState<Note> _note;
    private readonly Guid _activation = Guid.NewGuid();
    private readonly string _constructorSaw;
    private string _textAtActivation = "";

    public NoteGrain([PersistentState("note", "notes")] IPersistentState<Note> note)
    {
        _note = note;
        _constructorSaw = $"text '{note.State.Text}', ";
        try
        {
            _constructorSaw += note.RecordExists ? "a record" : "no record";
        }
        catch (InvalidOperationException)
        {
            _constructorSaw += "not read yet";
        }
    }

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _textAtActivation = _note.State.Text;
        return Task.CompletedTask;
    }

    public Task<string> Text() => Task.FromResult(_note.State.Text);

    public Task<bool> Exists() => Task.FromResult(_note.RecordExists);

    public Task<string?> Version() => Task.FromResult(_note.Etag);

    public Task<string> TextAtActivation() => Task.FromResult(_textAtActivation);

    public Task<string> ConstructorSaw() => Task.FromResult(_constructorSaw);

    public Task Write(string text)
    {
        _note.State.Text = text;
        return _note.WriteStateAsync();
    }

    // As if another activation had written in the meantime.
    public async Task WriteOverStale(string text)
    {
        var storage = (IGrainStorage)ServiceProvider.GetService(typeof(IGrainStorage))!;
        var other = new GrainState<Note>();
        await storage.ReadStateAsync("note", GrainContext.GrainId, other);
        other.State!.Text = "of the other";
        await storage.WriteStateAsync("note", GrainContext.GrainId, other);
        await Write(text);
    }

    public Task Clear() => _note.ClearStateAsync();

    public Task Reload() => _note.ReadStateAsync();

    public Task Change(string text)
    {
        _note.State = new Note { Text = text };
        return Task.CompletedTask;
    }

    public async Task<string> UseOffTurn()
    {
        try
        {
            return await Task.Run(() => _note.State.Text);
        }
        catch (InvalidOperationException exception)
        {
            return exception.Message;
        }
    }

    public Task<Guid> Activation() => Task.FromResult(_activation);

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}

public interface ICountGrain : IGrainWithIntegerKey
{
    Task<int> Increment();

    Task<int> Get();

    Task Clear();

    Task End();
}

public sealed class CountState
{
    public int Count { get; set; }
}

/// <summary>Keeps its count in the default storage.</summary>
public sealed class CountGrain : Grain<CountState>, ICountGrain
{
    public async Task<int> Increment()
    {
        State.Count++;
        await WriteStateAsync();
        return State.Count;
    }

    public Task<int> Get() => Task.FromResult(State.Count);

    public Task Clear() => ClearStateAsync();

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}

public interface INamedCountGrain : ICountGrain;

[StorageProvider(ProviderName = "notes")]
public sealed class NamedCountGrain : Grain<CountState>, INamedCountGrain
{
    public async Task<int> Increment()
    {
        State = new CountState { Count = State.Count + 1 };
        await WriteStateAsync();
        return State.Count;
    }

    public Task<int> Get() => Task.FromResult(State.Count);

    public Task Clear() => ClearStateAsync();

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}

public interface IHomelessGrain : IGrainWithStringKey
{
    Task Touch();
}

public sealed class HomelessGrain([PersistentState("note", "no such storage")] IPersistentState<Note> note) : Grain, IHomelessGrain
{
    public Task Touch() => Task.FromResult(note.State.Text);
}

public interface IShelfGrain : IGrainWithStringKey
{
    Task<string> Texts();
}

public sealed class ShelfGrain(
    [PersistentState("first", "slow")] IPersistentState<Note> first,
    [PersistentState("second", "slow")] IPersistentState<Note> second) : Grain, IShelfGrain
{
    public Task<string> Texts() => Task.FromResult($"{first.State.Text} {second.State.Text}");
}

/// <summary>A facet of the application: gives a grain a text made from its key.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class BadgeAttribute(string prefix) : Attribute, IFacetMetadata
{
    public string Prefix { get; } = prefix;
}

public sealed class BadgeMapper : IAttributeToFactoryMapper<BadgeAttribute>
{
    public Factory<IGrainContext, object> GetFactory(ParameterInfo parameter, BadgeAttribute metadata) =>
        context => $"{metadata.Prefix}{context.GrainId.Key}";
}

public interface IBadgeGrain : IGrainWithStringKey
{
    Task<string> Badge();
}

public sealed class BadgeGrain([Badge("#")] string badge) : Grain, IBadgeGrain
{
    public Task<string> Badge() => Task.FromResult(badge);
}
