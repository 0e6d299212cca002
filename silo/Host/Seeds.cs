using Microsoft.Extensions.Options;
using OrleansSocial.Identity;
using OrleansSocial.Kernel;

namespace OrleansSocial.Host;

/// <summary>Lets every slice seed, in the order of <see cref="Slice.All"/>, where that is wanted.</summary>
internal sealed class Seeds(IEnumerable<ISeed> seeds, IHostEnvironment environment, IOptions<NodeOptions> options) : IHostedService
{
    /// <summary>What a person may do with what is seeded here; nothing where nothing is.</summary>
    public IEnumerable<(string What, string How)> Offers => Wanted ? seeds.Select(seed => seed.Offer).OfType<(string, string)>() : [];

    private bool Wanted => options.Value.Seed ?? environment.IsDevelopment();

    /// <summary>Makes alice an operator where nobody is named, in development, where she is seeded and nobody but this machine can reach the server: everybody knows her password.</summary>
    public static void LetAliceOperate(AdminOptions admins, IConfiguration configuration, IHostEnvironment environment)
    {
        var seeds = configuration.GetValue<bool?>($"{NodeOptions.Section}:{nameof(NodeOptions.Seed)}") ?? true;
        var urls = (configuration[WebHostDefaults.ServerUrlsKey] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries);
        if (admins.Handles.Length == 0 && environment.IsDevelopment() && seeds && urls.All(url => Uri.TryCreate(url, UriKind.Absolute, out var at) && at.IsLoopback)) admins.Handles = "alice";
    }

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!Wanted) return;
        foreach (var seed in seeds) await seed.Plant();
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
