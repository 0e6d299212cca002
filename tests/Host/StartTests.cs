using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using OrleansSocial.Driver;

namespace OrleansSocial.Host;

/// <summary>The real process: what it tells a person when it cannot start, and how it ends.</summary>
public sealed class StartTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("social-start-");

    [Fact]
    public async Task Every_fault_of_the_configuration_is_told_at_once_with_key_value_and_rule()
    {
        var (exitCode, told) = await Run(
            "--Social:Node:Roles=cook", "--Social:Database:ConnectionsMax=2", "--Social:Membership:ProbeSeconds=soon", "--Social:Edge:BodyMax=1");

        Assert.Equal(1, exitCode);
        Assert.Contains("Social:Node:Roles = cook: is silo,api or silo or api.", told, StringComparison.Ordinal);
        Assert.Contains("Social:Database:ConnectionsMax = 2: The field ConnectionsMax must be between 4 and 1000.", told, StringComparison.Ordinal);
        Assert.Contains("Social:Membership:ProbeSeconds = soon: is not of the type Int32.", told, StringComparison.Ordinal);
        Assert.Contains("Social:Edge:BodyMax: there is no such option.", told, StringComparison.Ordinal);
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

    [Fact]
    public async Task A_port_that_is_taken_is_told_in_a_sentence()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        var (exitCode, told) = await Run($"--urls=http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}", $"--ConnectionStrings:Postgres={await TestServer.NewDatabase()}");

        Assert.Equal(1, exitCode);
        Assert.Contains("choose another port", told, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sigterm_ends_the_process_in_good_order()
    {
        using var process = Start("--urls=http://127.0.0.1:0", $"--ConnectionStrings:Postgres={await TestServer.NewDatabase()}", "--Social:Node:Logs=json");
        var ready = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.StartsWith("ready ", StringComparison.Ordinal) == true)
            {
                ready.TrySetResult(line.Data["ready ".Length..]);
            }
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var http = new HttpClient { BaseAddress = new Uri(await ready.Task.Soon("the line that says ready")) };
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/health/ready", UriKind.Relative))).StatusCode);

        using (var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    public void Dispose() => _home.Delete(recursive: true);

    private Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "silo.dll"), $"--Social:Node:Data={_home.FullName}", $"--Social:Node:SiloPort={FreePort.Find()}", $"--Social:Node:GatewayPort={FreePort.Find()}", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }

    private async Task<(int ExitCode, string Told)> Run(params string[] arguments)
    {
        using var process = Start(arguments);
        var told = new StringBuilder();
        void Hear(object _, DataReceivedEventArgs line)
        {
            lock (told)
            {
                told.AppendLine(line.Data);
            }
        }

        process.OutputDataReceived += Hear;
        process.ErrorDataReceived += Hear;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await process.WaitForExitAsync();
        lock (told)
        {
            return (process.ExitCode, told.ToString());
        }
    }
}
