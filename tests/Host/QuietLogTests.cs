using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.Logging;
using OrleansSocial.Chat;

namespace OrleansSocial.Host;

/// <summary>How much is logged is not in the hands of callers.</summary>
public sealed class QuietLogTests
{
    // All are told when this machine is too busy to run anybody's turn, which no request brings about.
    private static readonly string[] s_ofTheMachine = [
        "Microsoft.AspNetCore.Server.Kestrel", "Orleans.Runtime.MembershipService.LocalSiloHealthMonitor", "Orleans.Runtime.AsyncTimer.LocalSiloHealthMonitor",
    ];

    [Fact]
    public async Task A_thousand_ordinary_requests_write_no_line()
    {
        await using var host = await SocialHost.Start();
        var log = CapturedLog.Of(host);

        for (var i = 0; i < 20; i++)
        {
            var (alice, _, room) = await host.Pair();
            await Talk(alice, room);
            await AskForWhatIsNot(alice, room);
        }

        // A turn that the machine interrupts takes long.
        var stood = log.Lines.Any(line => s_ofTheMachine.Contains(line.Category));
        Assert.DoesNotContain(log.Lines, line => !s_ofTheMachine.Contains(line.Category) && !(stood && line.Category == "Orleans.Runtime.Scheduler.WorkItemGroup"));
    }

    [Theory]
    [InlineData("Microsoft.AspNetCore.Routing.EndpointMiddleware", LogLevel.Information, false)]
    [InlineData("Orleans.Runtime.SiloOptionsLogger", LogLevel.Information, false)]
    [InlineData("Orleans.Runtime.Catalog", LogLevel.Warning, true)]
    [InlineData("Polly", LogLevel.Error, false)]
    [InlineData("OrleansSocial.Migrations.Migrator", LogLevel.Information, true)]
    [InlineData("OrleansSocial.Identity.BearerHandler", LogLevel.Information, false)]
    public async Task Only_what_is_on_the_list_is_let_through(string category, LogLevel level, bool through)
    {
        await using var app = SocialApp.Create(["--ConnectionStrings:Postgres=Host=127.0.0.1"]);

        Assert.Equal(through, Enabled(app, category, level));
    }

    [Fact]
    public async Task What_an_operator_asks_for_is_let_through()
    {
        await using var app = SocialApp.Create(
            ["--ConnectionStrings:Postgres=Host=127.0.0.1", "--Logging:LogLevel:Polly=Debug", "--Logging:LogLevel:Default=Information"]);

        Assert.True(Enabled(app, "Polly", LogLevel.Debug));
        Assert.True(Enabled(app, "Orleans.Hosting.SiloHostedService", LogLevel.Information));
        Assert.True(Enabled(app, "Microsoft.AspNetCore.Routing.EndpointMiddleware", LogLevel.Information));
    }

    private static bool Enabled(Microsoft.AspNetCore.Builder.WebApplication app, string category, LogLevel level) =>
        ((ILoggerFactory)app.Services.GetService(typeof(ILoggerFactory))!).CreateLogger(category).IsEnabled(level);

    private static async Task Talk(Person alice, Room room)
    {
        for (var i = 0; i < 10; i++)
        {
            var key = $"k{i}";
            await alice.Post<MessageReceipt>($"/v1/conversations/{room}/messages", new { text = "hello", clientKey = key });
            await alice.Post<MessageReceipt>($"/v1/conversations/{room}/messages", new { text = "hello", clientKey = key });
            await alice.Get<MessagePage>($"/v1/conversations/{room}/messages");
        }

        await alice.AnotherDevice();
        await alice.Get<Page<ConversationSummary>>("/v1/conversations");
        await using var live = await LiveClient.Subscribed(alice);
        await live.Send(room, "live");
        Assert.Equal("chat.not_found", await live.RefusalOf("Send", Guid.NewGuid(), "key", "nowhere"));
    }

    private static async Task AskForWhatIsNot(Person alice, Room room)
    {
        var stranger = alice.Host.Http;
        foreach (var path in (string[])["/nothing/here", "/v1/nothing", $"/v1/users/{Guid.NewGuid()}", "/v1/users/by-handle/nobody_at_all", "/index.php"])
            Assert.Equal(HttpStatusCode.NotFound, (await alice.Http.GetAsync(new Uri(path, UriKind.Relative))).StatusCode);
        foreach (var path in (string[])["/v1/me", "/v1/conversations", $"/v1/conversations/{room}", "/v1/live"])
            Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync(new Uri(path, UriKind.Relative))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.PostAsJsonAsync("/v1/auth/login", new { handle = alice.Handle, password = "wrong" })).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await alice.Post("/v1/conversations", new { kind = "crowd" })).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await alice.Post($"/v1/conversations/{room}/messages", new { text = "", clientKey = "e" })).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await alice.Send(HttpMethod.Put, "/v1/me", new { })).StatusCode);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await alice.Http.PostAsync(new Uri("/v1/conversations", UriKind.Relative), new StringContent("x"))).StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await alice.Post($"/v1/conversations/{room}/messages", new { text = new string('x', 70_000), clientKey = "l" })).StatusCode);
    }
}
