namespace Orleans.Conformance.Extensions;

[Feature("Grains", "Grain extensions: AddGrainExtension, GetGrainExtension, IGrainExtensionBinder")]
public sealed class ExtensionTests(ExtensionTests.Fixture fixture) : IClassFixture<ExtensionTests.Fixture>
{
    private readonly string _key = Signals.NewName();

    private INotebook Notebook => fixture.Grains.GetGrain<INotebook>(_key);

    [Fact]
    public async Task A_grain_answers_to_an_extension_of_its_silo()
    {
        await Notebook.Write("milk");

        Assert.Equal($"{_key}: milk", await Notebook.AsReference<INotebookReader>().Read());
    }

    [Fact]
    public async Task Each_activation_has_an_extension_of_its_own_and_keeps_it()
    {
        var reader = Notebook.AsReference<INotebookReader>();
        var other = fixture.Grains.GetGrain<INotebook>(Signals.NewName()).AsReference<INotebookReader>();

        Assert.Equal(1, await reader.Count());
        Assert.Equal(2, await reader.Count());
        Assert.Equal(1, await other.Count());
    }

    [Fact]
    public async Task An_extension_is_called_through_interfaces_that_its_own_one_inherits()
    {
        Assert.Equal(_key, await Notebook.AsReference<INotebookReader>().Owner());
    }

    [Fact]
    public async Task Calls_of_an_extension_wait_their_turn_like_those_of_the_grain()
    {
        var signal = Signals.NewName();
        var held = Notebook.Hold(signal);
        var read = Notebook.AsReference<INotebookReader>().Read();
        var glance = Notebook.AsReference<INotebookReader>().Glance();

        await glance;
        Assert.False(read.IsCompleted);
        Signals.Set(signal);

        await held;
        Assert.Equal($"{_key}: held", await read);
    }

    [Fact]
    public async Task Exceptions_of_an_extension_reach_the_caller()
    {
        var failure = await Assert.ThrowsAsync<ArgumentException>(() => Notebook.AsReference<INotebookReader>().Tear());

        Assert.Equal("not mine to tear", failure.Message);
    }

    [Fact]
    public async Task An_extension_that_nobody_installed_is_refused_by_name()
    {
        var failure = await Assert.ThrowsAsync<GrainExtensionNotInstalledException>(() => Notebook.AsReference<IAbsentExtension>().Call());

        Assert.Contains(nameof(IAbsentExtension), failure.Message, StringComparison.Ordinal);
        await Notebook.Write("the grain is unharmed");
    }

    [Fact]
    public async Task A_grain_sets_an_extension_on_itself_once()
    {
        await Assert.ThrowsAsync<GrainExtensionNotInstalledException>(() => Notebook.AsReference<IBookmark>().Page());

        var pages = await Notebook.SetBookmarks(7, 8);

        Assert.Equal([7, 7], pages);
        Assert.Equal(7, await Notebook.AsReference<IBookmark>().Page());
    }

    [Fact]
    public async Task Filters_see_the_extension_as_the_object_that_is_called()
    {
        await Notebook.AsReference<INotebookReader>().Glance();

        Assert.Contains($"{nameof(NotebookReader)}.{nameof(INotebookReader.Glance)}", Signals.Lines(_key));
    }

    public sealed class Fixture : OneSiloFixture
    {
        public override async Task InitializeAsync() => Use(await OneSilo.Start(silo => silo
            .AddGrainExtension<INotebookReader, NotebookReader>()
            .AddIncomingGrainCallFilter(context =>
            {
                if (context.Grain is NotebookReader) Signals.Log(context.TargetId.Key.ToString()!, $"{nameof(NotebookReader)}.{context.MethodName}");
                return context.Invoke();
            })));
    }
}

public interface INotebook : IGrainWithStringKey
{
    Task Write(string line);

    Task Hold(string signal);

    Task<int[]> SetBookmarks(int first, int second);
}

public interface IOwned : IGrainExtension
{
    Task<string> Owner();
}

public interface INotebookReader : IOwned
{
    Task<string> Read();

    Task<int> Count();

    [Orleans.Concurrency.AlwaysInterleave]
    Task Glance();

    Task Tear();
}

public interface IAbsentExtension : IGrainExtension
{
    Task Call();
}

public interface IBookmark : IGrainExtension
{
    Task<int> Page();
}

public sealed class Notebook(IGrainContext context) : Grain, INotebook
{
    public string Line { get; private set; } = "";

    public Task Write(string line)
    {
        Line = line;
        return Task.CompletedTask;
    }

    public async Task Hold(string signal)
    {
        await Signals.Wait(signal);
        Line = "held";
    }

    public async Task<int[]> SetBookmarks(int first, int second)
    {
        var binder = context.GetComponent<IGrainExtensionBinder>()!;
        var (one, _) = binder.GetOrSetExtension<Bookmark, IBookmark>(() => new Bookmark(first));
        var (other, reference) = binder.GetOrSetExtension<Bookmark, IBookmark>(() => new Bookmark(second));
        Assert.Same(one, other);
        Assert.Equal(context.GrainId, reference.GetGrainId());
        return [await one.Page(), await context.GetGrainExtension<IBookmark>().Page()];
    }
}

public sealed class Bookmark(int page) : IBookmark
{
    public Task<int> Page() => Task.FromResult(page);
}

public sealed class NotebookReader(IGrainContext context) : INotebookReader
{
    private int _count;

    public Task<string> Owner() => Task.FromResult(context.GrainId.Key.ToString()!);

    public Task<string> Read() => Task.FromResult($"{context.GrainId.Key}: {((Notebook)context.GrainInstance!).Line}");

    public Task<int> Count() => Task.FromResult(++_count);

    public Task Glance() => Task.CompletedTask;

    public Task Tear() => throw new ArgumentException("not mine to tear");
}
