namespace Orleans.Conformance.Messaging;

/// <summary>Hears what a grain tells.</summary>
public interface IEar : IGrainObserver
{
    Task<string> Ask(string question);

    void Tell(string text);
}

public interface ITellingGrain : IGrainWithStringKey
{
    Task<string> Ask(IEar listener, string question);

    Task Tell(IEar listener, string text);

    Task<string> Where();
}

public sealed class TellingGrain(ILocalSiloDetails silo) : Grain, ITellingGrain
{
    public Task<string> Ask(IEar listener, string question) => listener.Ask(question);

    public Task Tell(IEar listener, string text)
    {
        listener.Tell(text);
        return Task.CompletedTask;
    }

    public Task<string> Where() => Task.FromResult(silo.SiloAddress.ToParsableString());
}
