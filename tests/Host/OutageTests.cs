using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using OrleansSocial.Identity;
using OrleansSocial.Postgres;
using OrleansSocial.Users;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Support;

namespace OrleansSocial.Host;

/// <summary>PostgreSQL goes away and comes back while people use the application.</summary>
public sealed class OutageTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("social-outage-");

    [Fact]
    public async Task Requests_are_told_to_come_again_while_postgresql_is_away_and_succeed_once_it_is_back()
    {
        var folder = PostgresFolder.Open(_home.FullName);
        var server = new PostgresServer(folder, new EmbeddedOptions());
        server.Make();
        server.Start();
        await server.MakeDatabase(TimeProvider.System, CancellationToken.None);
        await using (var host = await SocialHost.Start(folder.ConnectionString))
        {
            var alice = await host.Person("alice");

            server.Stop();

            var refused = await alice.Send(HttpMethod.Patch, "/v1/me", new { bio = "away" });
            await Person.Refused(refused, HttpStatusCode.ServiceUnavailable, "service.unavailable");
            Assert.True(refused.Headers.RetryAfter!.Delta > TimeSpan.Zero);
            await Person.Refused(
                await host.Http.PostAsJsonAsync("/v1/auth/login", new { handle = "nobody_knows", password = Person.Password }),
                HttpStatusCode.ServiceUnavailable,
                "service.unavailable");
            var ready = await Ask(host, "/health/ready");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
            Assert.Equal(["process: ready", "cluster: ready", "database: the database does not answer"], HealthTests.Parts(await ready.Content.ReadFromJsonAsync<JsonElement>()));
            Assert.Equal(HttpStatusCode.OK, (await Ask(host, "/health/live")).StatusCode);

            server.Start();

            await Eventually(async () => Assert.Equal(HttpStatusCode.OK, (await Ask(host, "/health/ready")).StatusCode));
            await Eventually(async () => Assert.Equal("back", (await Person.Read<ProfileView>(await alice.Send(HttpMethod.Patch, "/v1/me", new { bio = "back" }))).Bio));
            await host.Person("bob");
        }

        server.Stop();
    }

    [Fact]
    public async Task The_silos_own_postgresql_is_started_again_when_it_is_killed()
    {
        await using var host = await SocialHost.Start("", builder => builder.Configuration["Social:Node:Data"] = _home.FullName);
        var alice = await host.Person("alice");
        var server = new PostgresServer(host.Services.GetRequiredService<PostgresFolder>(), new EmbeddedOptions());

        using (var postmaster = Process.GetProcessById(server.Pid()!.Value))
        {
            postmaster.Kill();
        }

        await Eventually(async () => Assert.Equal("back", (await Person.Read<ProfileView>(await alice.Send(HttpMethod.Patch, "/v1/me", new { bio = "back" }))).Bio));
        var again = await alice.AnotherDevice();
        Assert.Equal(alice.Id, again.Id);
    }

    [Fact]
    public async Task A_silo_that_was_replaced_refuses_counts_and_stops()
    {
        await using var host = await SocialHost.Start(configure: builder => builder.Configuration["Social:Membership:HeartbeatMilliseconds"] = "10000");
        var alice = await host.Person("alice");
        var fence = host.Services.GetRequiredService<WriteFence>();

        // Others found this silo dead, as after a pause; it does not know yet.
        await PrivatePostgres.Execute(host.ConnectionString, "DELETE FROM silo_fences");
        await Person.Refused(await alice.Send(HttpMethod.Patch, "/v1/me", new { bio = "late" }), HttpStatusCode.ServiceUnavailable, "service.unavailable");

        Assert.Equal(1, fence.RefusedCount);
        Assert.Equal("this silo was replaced", host.Services.GetRequiredService<Doors>().Reason);
        await Eventually(() => Assert.True(host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested));
        Environment.ExitCode = 0;
    }

    [Fact]
    public async Task Accounts_are_there_again_after_the_application_was_stopped_and_started()
    {
        var first = await SocialHost.Start();
        var alice = await first.Person("alice");
        await first.DisposeAsync();

        await using var second = await SocialHost.Start(first.ConnectionString);
        var answer = await second.Http.PostAsJsonAsync("/v1/auth/login", new { handle = alice.Handle, password = Person.Password });

        Assert.Equal(alice.Id, (await Person.Read<SessionTokens>(answer)).User);
    }

    public void Dispose() => _home.Delete(recursive: true);

    private static Task<HttpResponseMessage> Ask(SocialHost host, string path) => host.Http.GetAsync(new Uri(path, UriKind.Relative));
}
