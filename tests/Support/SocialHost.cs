using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.TestingHost;
using OrleansSocial.Driver;
using OrleansSocial.Host;

namespace OrleansSocial.Support;

/// <summary>The whole application in this process, on a free loopback port, with a database of its own.</summary>
public sealed class SocialHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SocialHost(WebApplication app, string connectionString, MovedTime time)
    {
        (_app, ConnectionString, Time) = (app, connectionString, time);
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Http = app.Serves("api") ? DocumentedAnswers.Client(Address) : new HttpClient { BaseAddress = Address };
    }

    /// <summary>Where the application listens.</summary>
    public Uri Address { get; }

    /// <summary>Its database.</summary>
    public string ConnectionString { get; }

    /// <summary>Its time, which a test may move on.</summary>
    public MovedTime Time { get; }

    /// <summary>A client that is not signed in.</summary>
    public HttpClient Http { get; }

    /// <summary>The services of the application.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>The grains of the application.</summary>
    public IGrainFactory Grains => Services.GetRequiredService<IGrainFactory>();

    /// <summary>Starts the application.</summary>
    /// <param name="connectionString">A database that is there already, as after a restart; null for a new one.</param>
    /// <param name="configure">Replaces services or settings; comes after the defaults of tests.</param>
    public static async Task<SocialHost> Start(string? connectionString = null, Action<WebApplicationBuilder>? configure = null)
    {
        connectionString ??= await TestServer.NewDatabase();
        var time = new MovedTime();
        var app = SocialApp.Create([], builder =>
        {
            builder.Environment.EnvironmentName = "Test";
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Configuration.AddInMemoryCollection(Defaults(connectionString));
            builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
            builder.Services.AddSingleton<TimeProvider>(time).UseTimeProviderForBackgroundAreas(TimeProvider.System);
            configure?.Invoke(builder);
        });
        try
        {
            await app.StartAsync();
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new SocialHost(app, connectionString, time);
    }

    /// <summary>Opens an account of its own for each call, so that tests do not meet each other's people; the name is how the test calls them.</summary>
    public Task<Person> Person(string name) => Support.Person.Register(this, name);

    /// <summary>Opens several accounts, in the order of their names.</summary>
    public async Task<IReadOnlyList<Person>> People(params string[] names)
    {
        var people = new List<Person>();
        foreach (var name in names)
        {
            people.Add(await Person(name));
        }

        return people;
    }

    /// <summary>Stops in good order, as SIGTERM does.</summary>
    public async Task Stop() => await _app.StopAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Stop();
        await _app.DisposeAsync();
    }

    // Passwords are hashed cheaply, and nobody runs into a limit that the test is not about.
    private static Dictionary<string, string?> Defaults(string connectionString)
    {
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings:Postgres"] = connectionString,
            ["Social:Node:Seed"] = "false",
            ["Social:Checks:Invariants"] = "true",
            ["Social:Checks:Refusals"] = "true",
            ["Social:Node:SiloPort"] = $"{FreePort.Find()}",
            ["Logging:LogLevel:Default"] = "Warning",
            ["Social:Postgres:ClaimSecondsMax"] = "5",
            ["Social:Identity:HashOperations"] = "1",
            ["Social:Identity:HashMemoryKiB"] = "64",
            ["Social:Identity:HashQueueMax"] = "1000",

            // Where a test moves the time, connections live on.
            ["Social:Identity:AccessMinutes"] = "60",
            ["Social:Live:SilenceSecondsMax"] = "3600",

            // Meters are those of the process, so each application that listens hears all of them.
            ["OTEL_SDK_DISABLED"] = "true",
        };
        foreach (var rate in Rates.All.Keys)
        {
            settings[$"Social:RateLimits:{rate}:TokensMax"] = "1000000";
            settings[$"Social:RateLimits:{rate}:TokensPerSecond"] = "1000000";
        }

        return settings;
    }
}

/// <summary>One application for all tests of the collection.</summary>
public sealed class SharedHost : IAsyncLifetime
{
    private SocialHost? _host;

    /// <summary>The application.</summary>
    public SocialHost Host => _host!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => _host = await SocialHost.Start(configure: app => app.Configuration["OTEL_SDK_DISABLED"] = "false");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }
}

/// <summary>Tests that share one application: <c>[Collection(SharedApplication.Name)]</c>, with a <see cref="SharedHost"/> in the constructor.</summary>
[CollectionDefinition(Name)]
public sealed class SharedApplication : ICollectionFixture<SharedHost>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "social";
}
