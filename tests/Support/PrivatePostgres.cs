using System.Diagnostics;
using Npgsql;
using OrleansSocial.Driver;

namespace Support;

/// <summary>
/// A PostgreSQL server of one test run: on a free port of loopback, or of another address of this machine, in a temporary folder that
/// goes away with it. It ends when it is disposed, and also when the process of the tests dies.
/// </summary>
/// <remarks>PostgreSQL refuses to run as root; there it runs as the user <c>postgres</c> that its package creates.</remarks>
public sealed class PrivatePostgres : IAsyncDisposable
{
    // The shell holds the server until its input ends, which the system closes whatever way the tests end.
    private const string Script = """
        set -eu
        bin=$1; host=$2; port=$3; shift 3
        dir=$(mktemp -d /tmp/private-postgres-XXXXXX)
        pid=
        trap 'if [ -n "$pid" ]; then kill -QUIT "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; fi; rm -rf "$dir"' EXIT
        "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$dir/log" 2>&1 || { cat "$dir/log"; exit 1; }
        echo "host all all $host/24 trust" >>"$dir/data/pg_hba.conf"
        "$bin/postgres" -D "$dir/data" -k "$dir" -p "$port" -c listen_addresses="$host" -c max_connections=200 "$@" >"$dir/log" 2>&1 </dev/null &
        pid=$!
        until "$bin/pg_isready" -q -h "$dir" -p "$port"; do
            kill -0 "$pid" 2>/dev/null || { cat "$dir/log"; exit 1; }
            sleep 0.02
        done
        echo "ready $pid"
        cat >/dev/null
        """;

    private readonly Process _shell;
    private readonly string _host;
    private int _databases;

    private PrivatePostgres(Process shell, string host, int port, int processId)
    {
        _shell = shell;
        _host = host;
        Port = port;
        ProcessId = processId;
    }

    /// <summary>The server's port.</summary>
    public int Port { get; }

    /// <summary>The process of the server.</summary>
    public int ProcessId { get; }

    /// <summary>Starts a server without fsync, which tests of durability turn on by <c>-c fsync=on</c>.</summary>
    public static Task<PrivatePostgres> Start(params string[] arguments) => StartAt("127.0.0.1", arguments);

    /// <summary>Starts a server for everybody in the network (/24) of an address of this machine.</summary>
    public static async Task<PrivatePostgres> StartAt(string host, params string[] arguments)
    {
        var port = FreePort.Find();
        string[] settings = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", .. arguments];
        string[] shell = ["/bin/sh", "-c", Script, "private-postgres", Binaries(), host, $"{port}", .. settings];
        string[] command = Environment.IsPrivilegedProcess ? ["runuser", "-u", "postgres", "--", .. shell] : shell;
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = "/tmp",
        };
        var process = Process.Start(start)!;
        var said = new List<string>();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("ready ", StringComparison.Ordinal))
            {
                return new PrivatePostgres(process, host, port, int.Parse(line[6..], System.Globalization.CultureInfo.InvariantCulture));
            }

            said.Add(line);
        }

        await process.WaitForExitAsync();
        process.Dispose();
        throw new InvalidOperationException($"PostgreSQL did not start: {string.Join(Environment.NewLine, said)}");
    }

    /// <summary>How to connect to one of its databases as its superuser.</summary>
    public string ConnectionString(string database = "postgres") =>
        $"Host={_host};Port={Port};Username=postgres;Database={database}";

    /// <summary>Makes a database, empty or as the one that it is made after, to which nobody may be connected, and says how to connect to it.</summary>
    public async Task<string> CreateDatabase(string template = "template1")
    {
        var name = $"test{Interlocked.Increment(ref _databases)}";
        await Execute(ConnectionString(), $"CREATE DATABASE {name} TEMPLATE {template}");
        return ConnectionString(name);
    }

    /// <summary>Runs SQL on a connection of its own.</summary>
    public static async Task Execute(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Stops the server and removes its folder.</summary>
    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
    }

    private static string Binaries()
    {
        const string Debian = "/usr/lib/postgresql";
        var installed = Directory.Exists(Debian) ? Directory.GetDirectories(Debian) : [];
        return installed
            .Select(folder => Path.Combine(folder, "bin"))
            .Where(bin => File.Exists(Path.Combine(bin, "initdb")))
            .MaxBy(bin => int.TryParse(Path.GetFileName(Path.GetDirectoryName(bin)), out var version) ? version : 0)
            ?? (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').FirstOrDefault(p => File.Exists(Path.Combine(p, "initdb")))
            ?? throw new InvalidOperationException("PostgreSQL is not installed: there is no initdb. On Debian: apt install postgresql.");
    }
}
