using Microsoft.Extensions.Options;
using OrleansSocial.Kernel;

namespace OrleansSocial.Host;

/// <summary>Lets every slice seed, in the order of <see cref="Slice.All"/>, where that is wanted.</summary>
internal sealed class Seeds(IEnumerable<ISeed> seeds, IHostEnvironment environment, IOptions<NodeOptions> options) : IHostedService
{
    /// <summary>What a person may do with what is seeded here; nothing where nothing is.</summary>
    public IEnumerable<(string What, string How)> Offers => Wanted ? seeds.Select(seed => seed.Offer).OfType<(string, string)>() : [];

    private bool Wanted => options.Value.Seed ?? environment.IsDevelopment();

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!Wanted) return;
        foreach (var seed in seeds) await seed.Plant();
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
