using System.Diagnostics;
using System.Net.Sockets;
using Npgsql;
using OrleansSocial.Driver;

namespace OrleansSocial.Membership;

/// <summary>A pooler that hands connections out by the transaction stands between the silo and PostgreSQL.</summary>
public sealed class PoolerTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_must_go_direct_is_said_at_the_start(bool dropsTheSetting)
    {
        var direct = await TestServer.NewDatabase();
        await using var pooler = await Pooler.Start(direct, dropsTheSetting ? "options" : "");

        var refused = await Assert.ThrowsAnyAsync<Exception>(() => SocialHost.Start(pooler.ConnectionString, builder => builder.Configuration["Social:Database:PreparedStatementsMax"] = "0"));

        Assert.Contains("ConnectionStrings__PostgresDirect", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_the_server_named_beside_it_people_talk_through_the_pooler()
    {
        var direct = await TestServer.NewDatabase();
        await using var pooler = await Pooler.Start(direct, "");
        await using var host = await SocialHost.Start(pooler.ConnectionString, builder =>
        {
            builder.Configuration["ConnectionStrings:PostgresDirect"] = direct;
            builder.Configuration["Social:Database:PreparedStatementsMax"] = "0";
        });
        var (alice, bob) = (await host.Person("alice"), await host.Person("bob"));

        var room = await alice.Pair(bob);
        await room.As(alice).Send("through the pooler");

        Assert.Equal(["alice: through the pooler"], await room.As(bob).History(alice, bob));
    }

    /// <summary>PgBouncer in transaction mode, on a free port; it ends with its standard input.</summary>
    private sealed class Pooler : IAsyncDisposable
    {
        private readonly Process _process;
        private readonly DirectoryInfo _folder;

        private Pooler(Process process, DirectoryInfo folder, string connectionString) => (_process, _folder, ConnectionString) = (process, folder, connectionString);

        public string ConnectionString { get; }

        public static async Task<Pooler> Start(string server, string ignoredParameters)
        {
            var behind = new NpgsqlConnectionStringBuilder(server);
            var port = FreePort.Find();
            var folder = Directory.CreateTempSubdirectory("social-pooler-");
            var settings = Path.Combine(folder.FullName, "pgbouncer.ini");
            await File.WriteAllTextAsync(settings, $"""
                [databases]
                {behind.Database} = host={behind.Host} port={behind.Port} dbname={behind.Database} user={behind.Username}
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = {port}
                unix_socket_dir =
                auth_type = any
                pool_mode = transaction
                ignore_startup_parameters = extra_float_digits{(ignoredParameters.Length > 0 ? "," + ignoredParameters : "")}
                """);
            File.SetUnixFileMode(folder.FullName, (UnixFileMode)0b111_101_101);

            // The shell holds the pooler until its own input ends, which the system closes whatever way the tests end.
            string[] shell = ["/bin/sh", "-c", "pgbouncer -q \"$1\" >/dev/null 2>&1 & pid=$!; cat >/dev/null; kill $pid; wait $pid", "pooler", settings];
            string[] command = Environment.IsPrivilegedProcess ? ["runuser", "-u", "postgres", "--", .. shell] : shell;
            var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, WorkingDirectory = "/tmp" })!;
            await Eventually(async () =>
            {
                using var socket = new TcpClient();
                await socket.ConnectAsync("127.0.0.1", port);
            });
            return new(process, folder, new NpgsqlConnectionStringBuilder(server) { Host = "127.0.0.1", Port = port, NoResetOnClose = true }.ConnectionString);
        }

        public async ValueTask DisposeAsync()
        {
            _process.StandardInput.Close();
            await _process.WaitForExitAsync();
            _process.Dispose();
            _folder.Delete(recursive: true);
        }
    }
}
