using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using OrleansSocial.Driver;

namespace Support;

/// <summary>
/// A Redis server of one test: on a free port of loopback or of another address of this machine, with a log of every write in a
/// temporary folder. It can be killed and started again over the same; it ends when it is disposed, and also when the process of the
/// tests dies.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    private const int StartSecondsMax = 20;

    // The shell holds the server until its input ends, which the system closes whatever way the tests end. The word that comes before
    // the end says that the folder is needed again.
    private const string Script = """
        set -u
        dir=$1; shift
        redis-server --dir "$dir" "$@" >"$dir/log" 2>&1 </dev/null &
        pid=$!
        echo "$pid"
        IFS= read -r word || word=
        kill "$pid" 2>/dev/null; wait "$pid"
        [ "$word" = keep ] || rm -rf "$dir"
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("private-redis-");
    private readonly string _host;
    private readonly int _port = FreePort.Find();
    private Process? _shell;

    private RedisServer(string host) => _host = host;

    /// <summary>Where it is, as a connection string.</summary>
    public string Address => string.Create(CultureInfo.InvariantCulture, $"{_host}:{_port}");

    /// <summary>The process of the server while it runs.</summary>
    public int ProcessId { get; private set; }

    /// <summary>Starts a server that holds nothing yet.</summary>
    /// <param name="host">The address of this machine at which it listens.</param>
    public static async Task<RedisServer> Start(string host = "127.0.0.1")
    {
        var server = new RedisServer(host);
        try
        {
            await server.Start();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it again, at the same port over the same data.</summary>
    public async Task Start()
    {
        string[] settings =
        [
            "--bind", _host, "--port", _port.ToString(CultureInfo.InvariantCulture), "--protected-mode", "no",
            "--appendonly", "yes", "--save", "",
        ];
        _shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Script, "private-redis", _folder.FullName, .. settings])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        ProcessId = int.Parse((await _shell.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
        await Answers();
    }

    /// <summary>SIGKILL: no goodbye of any kind.</summary>
    public async Task Kill()
    {
        using (var server = Process.GetProcessById(ProcessId)) server.Kill();
        await Stop();
    }

    /// <summary>Stops it in good order. What it holds is there again at the next start.</summary>
    public Task Stop() => End("keep");

    /// <summary>Stops the server and removes its folder.</summary>
    public async ValueTask DisposeAsync()
    {
        await End("");
        if (Directory.Exists(_folder.FullName)) _folder.Delete(recursive: true);
    }

    private async Task End(string word)
    {
        if (_shell is not { } shell) return;
        _shell = null;
        await shell.StandardInput.WriteLineAsync(word);
        shell.StandardInput.Close();
        await shell.WaitForExitAsync();
        shell.Dispose();
    }

    private async Task Answers()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(StartSecondsMax));
        for (var tries = 0; !await IsThere(patience.Token); tries++)
        {
            if (patience.IsCancellationRequested || _shell!.HasExited)
                throw new InvalidOperationException($"Redis did not start (Debian: apt install redis-server): {await File.ReadAllTextAsync(Path.Combine(_folder.FullName, "log"))}");
            await Backoff.After(Math.Min(tries, 2), patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> IsThere(CancellationToken patience)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(_host, _port, patience);
            var stream = client.GetStream();
            await stream.WriteAsync("PING\r\n"u8.ToArray(), patience);
            var answer = new byte[64];
            return Encoding.ASCII.GetString(answer, 0, await stream.ReadAsync(answer, patience)).StartsWith("+PONG", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            return false;
        }
    }
}
