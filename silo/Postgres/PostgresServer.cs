using System.Diagnostics;
using System.Globalization;
using Npgsql;
using OrleansSocial.Kernel;

namespace OrleansSocial.Postgres;

/// <summary>One PostgreSQL server over one folder: makes, starts, finds and stops it.</summary>
internal sealed class PostgresServer(PostgresFolder folder, EmbeddedOptions options)
{
    private string PidFile => Path.Combine(folder.Data, "postmaster.pid");

    /// <summary>Makes the cluster when there is none. A cluster half made by a process that died is thrown away.</summary>
    /// <exception cref="StartRefusedException">It cannot be made.</exception>
    public void Make()
    {
        if (Directory.Exists(folder.Data))
        {
            return;
        }

        // Whole or not at all: the cluster gets its name once it is complete.
        var unfinished = folder.Data + ".new";
        folder.Account.Run("rm", "-rf", unfinished);
        var made = folder.Account.Run(
            folder.Binaries["initdb"],
            $"--pgdata={unfinished}",
            $"--username={PostgresFolder.Name}",
            "--auth-local=trust",
            "--auth-host=reject",
            "--encoding=UTF8",
            "--locale=C.UTF-8");
        if (made.Succeeded)
        {
            folder.Account.Run("sh", "-c", "printf '%s\\n' \"include_if_exists = 'silo.conf'\" >> \"$1/postgresql.conf\" && mv -T \"$1\" \"$2\"", "sh", unfinished, folder.Data);
        }

        if (!Directory.Exists(folder.Data))
        {
            folder.Account.Run("rm", "-rf", unfinished);
            throw new StartRefusedException($"PostgreSQL could not make its data folder {folder.Data}: {Told(made.Output)}");
        }
    }

    /// <summary>Starts the server, or finds it running since an earlier process was killed. Returns when it answers, crash recovery included.</summary>
    /// <exception cref="StartRefusedException">It does not start.</exception>
    public void Start()
    {
        Configure();
        if (Pid() is not null)
        {
            Control("reload", "-s");
        }
        else
        {
            // A server that was killed leaves both, and its number may still stand for a process that nobody has collected.
            File.Delete(PidFile);
            File.Delete(Path.Combine(folder.Sockets, ".s.PGSQL.5432.lock"));
        }

        BoundLog();
        var logged = LogBytes();

        // Also right for a server that runs: pg_ctl then only waits until it is ready.
        var started = Pid() is null
            ? Control("start", "-w", "-s", "-t", Text(options.StartSecondsMax), "-l", folder.Log)
            : default;
        if (!started.Succeeded)
        {
            throw new StartRefusedException($"PostgreSQL over {folder.Data} did not start: {Told(LogSince(logged) is { Length: > 0 } log ? log : started.Output)}");
        }
    }

    /// <summary>Puts the server's log aside when it has become too large. The server goes on writing at the end of the same file.</summary>
    public void BoundLog()
    {
        if (LogBytes() > (long)options.LogMegabytesMax << 20)
        {
            folder.Account.Run("sh", "-c", "cp \"$1\" \"$1.1\" && truncate -s 0 \"$1\"", "sh", folder.Log);
        }
    }

    /// <summary>Stops the server: sessions end, everything is written.</summary>
    public string? Stop()
    {
        if (Pid() is null)
        {
            return null;
        }

        var stopped = Control("stop", "-m", "fast", "-w", "-s", "-t", Text(options.StopSecondsMax));
        return stopped.Succeeded ? null : Told(stopped.Output);
    }

    /// <summary>The process id of the running server, or null when it does not run.</summary>
    public int? Pid()
    {
        try
        {
            var lines = File.ReadAllLines(PidFile);
            return lines.Length > 0 && int.TryParse(lines[0], CultureInfo.InvariantCulture, out var pid) && IsServer(pid) ? pid : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Waits until the server takes sessions, and makes the database when there is none.</summary>
    public async Task MakeDatabase(TimeProvider clock, CancellationToken cancellation)
    {
        var since = clock.GetTimestamp();
        await using var source = new NpgsqlDataSourceBuilder(folder.MaintenanceConnectionString + ";Pooling=false").Build();
        while (true)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(cancellation);
                await using var find = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", connection) { Parameters = { new() { Value = PostgresFolder.Name } } };
                if (await find.ExecuteScalarAsync(cancellation) is null)
                {
                    await using var make = new NpgsqlCommand($"CREATE DATABASE {PostgresFolder.Name}", connection);
                    await make.ExecuteNonQueryAsync(cancellation);
                }

                return;
            }
            catch (NpgsqlException fault) when (DatabaseUnavailableException.Describes(fault))
            {
                if (Pid() is null || clock.GetElapsedTime(since) > TimeSpan.FromSeconds(options.StartSecondsMax))
                {
                    throw new StartRefusedException($"PostgreSQL over {folder.Data} does not answer: {fault.GetBaseException().Message} Its log is {folder.Log}.", fault);
                }

                await Task.Delay(TimeSpan.FromMilliseconds(100), clock, cancellation);
            }
        }
    }

    // The number in the file may meanwhile be another process's, as after the restart of a container. The server's working
    // folder is its cluster; a process that has ended and was not collected by its parent is no server.
    private bool IsServer(int pid)
    {
        var proc = $"/proc/{pid}";
        if (!Directory.Exists("/proc/self"))
        {
            try
            {
                using var process = Process.GetProcessById(pid);
                return !process.HasExited;
            }
            catch (ArgumentException)
            {
                return false;
            }
        }

        try
        {
            var stat = File.ReadAllText($"{proc}/stat");
            var state = stat[stat.LastIndexOf(')') + 2];
            return state is not ('Z' or 'X') && Directory.ResolveLinkTarget($"{proc}/cwd", returnFinalTarget: false)?.FullName == folder.Data;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private Command.Answer Control(string verb, params string[] arguments) =>
        folder.Account.Run(folder.Binaries["pg_ctl"], [verb, "-D", folder.Data, .. arguments]);

    private void Configure()
    {
        var settings = $"""
            # Written at each start of the silo; put own settings into postgresql.auto.conf with ALTER SYSTEM.
            listen_addresses = ''
            unix_socket_directories = '{folder.Sockets.Replace("'", "''", StringComparison.Ordinal)}'
            unix_socket_permissions = 0700
            port = 5432
            cluster_name = 'orleans-social'
            max_connections = {options.ConnectionsMax}
            shared_buffers = {options.SharedBuffersMegabytes}MB
            fsync = on
            synchronous_commit = on
            full_page_writes = on
            max_wal_size = 2GB
            jit = off
            timezone = 'UTC'
            log_timezone = 'UTC'
            log_checkpoints = off
            # The life of the server, and what ends sessions. A refused statement is told to whoever made it and to nobody else:
            # how many there are is in the hands of clients.
            log_min_messages = log
            log_min_error_statement = panic

            """;
        var path = Path.Combine(folder.Data, "silo.conf");
        if (!File.Exists(path) || File.ReadAllText(path) != settings)
        {
            File.WriteAllText(path, settings);
            folder.Account.Own(path);
        }
    }

    private long LogBytes() => File.Exists(folder.Log) ? new FileInfo(folder.Log).Length : 0;

    private string LogSince(long position)
    {
        if (!File.Exists(folder.Log))
        {
            return "";
        }

        using var log = File.Open(folder.Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        log.Position = Math.Min(position, log.Length);
        using var reader = new StreamReader(log);
        return reader.ReadToEnd().Trim();
    }

    /// <summary>The telling lines of what the programs of PostgreSQL said.</summary>
    internal static string Told(string output)
    {
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var telling = lines.Where(line => line.Contains("FATAL", StringComparison.Ordinal) || line.Contains("PANIC", StringComparison.Ordinal)
            || line.Contains("error:", StringComparison.Ordinal) || line.Contains("HINT", StringComparison.Ordinal)).ToList();
        var text = string.Join(" ", telling.Count > 0 ? telling.TakeLast(4) : lines.TakeLast(4));
        return output.Contains("No space left on device", StringComparison.Ordinal) ? $"the disk is full. Make room, or choose a data folder elsewhere. ({text})" : text;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
