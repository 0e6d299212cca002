using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using OrleansSocial.Driver;

namespace OrleansSocial.Host;

/// <summary>The real process: what it tells a person when it cannot start, and how it ends.</summary>
public sealed class StartTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("social-start-");
    private readonly int _port = FreePort.Find();

    [Fact]
    public async Task Every_fault_of_the_configuration_is_told_at_once_with_key_value_and_rule()
    {
        var (exitCode, told) = await Run(
            "--Social:Node:Roles=cook", "--Social:Database:ConnectionsMax=2", "--Social:Membership:ProbeSeconds=soon", "--Social:Edge:BodyMax=1",
            "--Social:RateLimits:Readz:TokensMax=1", "--Social:RateLimits:Reads:TokenMax=1", "--Social:RateLimits:Reads:TokensMax=0", "--Social:RateLimits:Writes=5", "--Social:Nobody:Has=1",
            "--Social:Jobs:sweeps:WorkersMax=-1", "--Social:Jobs:sweps:WorkersMax=1");

        Assert.Equal(1, exitCode);
        Assert.Contains("Social:Node:Roles = cook: is silo,api or silo or api.", told, StringComparison.Ordinal);
        Assert.Contains("Social:Database:ConnectionsMax = 2: The field ConnectionsMax must be between 4 and 1000.", told, StringComparison.Ordinal);
        Assert.Contains("Social:Membership:ProbeSeconds = soon: is not of the type Int32.", told, StringComparison.Ordinal);
        foreach (var unknown in (string[])["Social:Edge:BodyMax", "Social:RateLimits:Reads:TokenMax"])
            Assert.Contains($"{unknown}: there is no such option.", told, StringComparison.Ordinal);
        Assert.Contains(
            "Social:RateLimits:Readz: there is no such option; those that have a name are Live, Login, LoginName, Messages, Reads, Refresh, Register, Writes.", told, StringComparison.Ordinal);
        Assert.Contains("Social:RateLimits:Writes = 5: is not of the type RateLimitOption.", told, StringComparison.Ordinal);
        Assert.Contains("Social:RateLimits:Reads:TokensMax = 0: The field TokensMax must be between 1 and", told, StringComparison.Ordinal);
        Assert.Contains("Social:Jobs:sweeps:WorkersMax = -1: The field WorkersMax must be between 0 and 1000.", told, StringComparison.Ordinal);
        Assert.Contains("Social:Jobs:sweps: there is no such option; those that have a name are sweeps.", told, StringComparison.Ordinal);
        Assert.Contains("Social:Nobody: there is no such section.", told, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_postgresql_that_cannot_be_reached_is_told_in_a_sentence()
    {
        var (exitCode, told) = await Run("--ConnectionStrings:Postgres=Host=127.0.0.1;Port=1;Username=social;Database=social");

        Assert.Equal(1, exitCode);
        Assert.Contains("The database cannot answer now", told, StringComparison.Ordinal);
        Assert.Contains("Check ConnectionStrings__Postgres", told, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--urls=http://127.0.0.1:{0}", "clients", "--port, --urls or ASPNETCORE_URLS")]
    [InlineData("--urls=http://localhost:{0}", "clients", "--port, --urls or ASPNETCORE_URLS")]
    [InlineData("--Social:Node:SiloPort={0}", "other silos", "Social__Node__SiloPort")]
    [InlineData("--Social:Node:SiloListen=127.0.0.1:{0}", "other silos", "Social__Node__SiloListen")]
    [InlineData("--Social:Node:GatewayPort={0}", "api nodes", "Social__Node__GatewayPort")]
    public async Task A_port_that_is_taken_is_told_in_a_sentence(string argument, string @for, string setting)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var (exitCode, told) = await Run(string.Format(CultureInfo.InvariantCulture, argument, port), $"--ConnectionStrings:Postgres={await TestServer.NewDatabase()}");

        Assert.Equal(1, exitCode);
        Assert.Equal(
            $"""
            OrleansSocial cannot start:
              Something listens at 127.0.0.1:{port} already, where this node is to listen for {@for}. Stop it, or choose another port ({setting}).
            """,
            told);
    }

    [Fact]
    public async Task All_ports_that_are_taken_are_told_at_once()
    {
        using TcpListener first = new(IPAddress.Loopback, 0), second = new(IPAddress.Loopback, 0);
        first.Start();
        second.Start();

        var (exitCode, told) = await Run($"--urls=http://{first.LocalEndpoint}", $"--Social:Node:SiloPort={((IPEndPoint)second.LocalEndpoint).Port}");

        Assert.Equal(1, exitCode);
        Assert.Contains($"{first.LocalEndpoint} already", told, StringComparison.Ordinal);
        Assert.Contains($"{second.LocalEndpoint} already", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_of_another_machine_is_told_in_a_sentence()
    {
        var (exitCode, told) = await Run("--Social:Node:SiloListen=192.0.2.1:11111");

        Assert.Equal(1, exitCode);
        Assert.Contains("192.0.2.1 is no address of this machine", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_tells_a_person_what_runs_and_where()
    {
        await using var silo = SiloRun.Start(
            _home.FullName, $"--ConnectionStrings:Postgres={await TestServer.NewDatabase()};Password=secret", "--Social:Node:GatewayPort=0", "--Social:Node:SiloPort=" + _port, "--Social:Node:Name=first");
        var address = (await silo.Ready()).GetLeftPart(UriPartial.Authority);

        Assert.Contains($"runs at {address}", silo.Told, StringComparison.Ordinal);
        Assert.Matches(@"the engine +Orleans 10\.4\.2 on \.NET 10\.", silo.Told);
        Assert.Matches("the cluster +members in PostgreSQL", silo.Told);
        Assert.Matches($"the silo +first at 127.0.0.1:{_port}, no gateway", silo.Told);
        Assert.Matches(@"the database +test\d+ at 127\.0\.0\.1:\d+", silo.Told);
        Assert.DoesNotContain("secret", silo.Told, StringComparison.Ordinal);
        Assert.Contains($"ready {address}", silo.Lines);
        Assert.DoesNotContain(silo.Lines, line => line.Contains("info: Orleans.", StringComparison.Ordinal) || line.Contains("Polly", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_start_tells_programs_the_same_in_one_object()
    {
        await using var silo = SiloRun.Start(_home.FullName, $"--ConnectionStrings:Postgres={await TestServer.NewDatabase()}", "--Social:Node:Logs=json");
        await silo.Ready();

        // The log is written beside the line that says that it is ready.
        var told = default(JsonElement);
        await Eventually(() => told = silo.Lines.Where(line => line.StartsWith('{')).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("State")).Single(state => state.TryGetProperty("Engine", out _)));

        Assert.StartsWith("Orleans 10.4.2 on .NET", told.GetProperty("Engine").GetString(), StringComparison.Ordinal);
        Assert.Equal("members in PostgreSQL", told.GetProperty("Cluster").GetString());
    }

    [Fact]
    public async Task The_log_names_the_trace_and_the_request_that_the_answer_names()
    {
        // Given a person, over tables that are then taken away
        var database = await TestServer.NewDatabase();
        await using var silo = SiloRun.Start(_home.FullName, $"--ConnectionStrings:Postgres={database}", "--Social:Node:Logs=json", "--Social:Node:Seed=false");
        using var http = new HttpClient { BaseAddress = await silo.Ready() };
        var registered = await http.PostAsJsonAsync(new Uri("/v1/auth/register", UriKind.Relative), new { handle = "alice", password = Person.Password, displayName = "Alice" });
        http.DefaultRequestHeaders.Authorization = new("Bearer", (await registered.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("accessToken").GetString());
        await global::Support.PrivatePostgres.Execute(database, "ALTER TABLE members RENAME TO gone");

        // When a request meets what is a fault of ours
        var fault = await http.GetAsync(new Uri("/v1/conversations", UriKind.Relative));
        var trace = (await fault.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("traceId").GetString()!;

        // Then the log has it under the same trace, and names the request
        Assert.Equal(HttpStatusCode.InternalServerError, fault.StatusCode);
        await Eventually(() =>
        {
            var line = silo.Lines.Where(line => line.StartsWith('{')).Select(line => JsonDocument.Parse(line).RootElement)
                .Single(line => line.GetProperty("Category").GetString() == "OrleansSocial.Kernel.Faults");
            string? Scoped(string name) => line.GetProperty("Scopes").EnumerateArray().Where(scope => scope.TryGetProperty(name, out _)).Select(scope => scope.GetProperty(name).GetString()).SingleOrDefault();
            Assert.Equal(trace, Scoped("TraceId"));
            Assert.NotNull(Scoped("RequestId"));
        });
    }

    [Fact]
    public async Task Sigterm_ends_the_process_in_good_order()
    {
        await using var silo = SiloRun.Start(_home.FullName, $"--ConnectionStrings:Postgres={await TestServer.NewDatabase()}", "--Social:Node:Logs=json");
        using var http = new HttpClient { BaseAddress = await silo.Ready() };
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/health/ready", UriKind.Relative))).StatusCode);

        await silo.Terminate();

        Assert.Equal(0, await silo.Ended());
    }

    public void Dispose() => _home.Delete(recursive: true);

    private async Task<(int ExitCode, string Told)> Run(params string[] arguments)
    {
        await using var silo = SiloRun.Start(_home.FullName, arguments);
        return (await silo.Ended(), silo.Told);
    }
}
