using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace OrleansSocial.Postgres;

public sealed class EmbeddedPostgresTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("social-embedded-");

    [Fact]
    public async Task What_is_stored_is_there_again_after_a_stop_in_good_order()
    {
        var folder = PostgresFolder.Open(_home.FullName);
        await using (var first = Embedded(folder))
        {
            await first.StartAsync(CancellationToken.None);
            await Tell(folder, "kept");
            await first.StopAsync(CancellationToken.None);
        }

        await using var second = Embedded(folder);
        await second.StartAsync(CancellationToken.None);

        Assert.Equal("kept", await Told(folder));
        Assert.Equal("on", await Setting(folder, "fsync"));
    }

    [Fact]
    public async Task A_server_that_a_killed_silo_left_behind_is_found_and_used_again()
    {
        var folder = PostgresFolder.Open(_home.FullName);
        var left = new PostgresServer(folder, new EmbeddedOptions());
        left.Make();
        left.Start();
        await left.MakeDatabase(TimeProvider.System, CancellationToken.None);
        await Tell(folder, "kept");
        var pid = left.Pid();

        await using var silo = Embedded(folder);
        await silo.StartAsync(CancellationToken.None);

        Assert.NotNull(pid);
        Assert.Equal(pid, left.Pid());
        Assert.Equal("kept", await Told(folder));
    }

    [Fact]
    public async Task A_server_that_is_killed_is_started_again_with_everything_that_was_committed()
    {
        var folder = PostgresFolder.Open(_home.FullName);
        await using var silo = Embedded(folder);
        await silo.StartAsync(CancellationToken.None);
        await Tell(folder, "committed");
        var server = new PostgresServer(folder, new EmbeddedOptions());
        var killed = server.Pid()!.Value;

        using (var postmaster = Process.GetProcessById(killed))
        {
            postmaster.Kill();
        }

        await Eventually(async () =>
        {
            Assert.NotEqual(killed, server.Pid() ?? killed);
            Assert.Equal("committed", await Told(folder));
        });
    }

    [Fact]
    public async Task The_server_is_gone_when_the_silo_ended_in_good_order()
    {
        var folder = PostgresFolder.Open(_home.FullName);
        await using var silo = Embedded(folder);
        await silo.StartAsync(CancellationToken.None);

        await silo.StopAsync(CancellationToken.None);

        Assert.Null(new PostgresServer(folder, new EmbeddedOptions()).Pid());
    }

    [Fact]
    public async Task A_second_silo_over_the_same_folder_is_refused_and_leaves_the_server_alone()
    {
        var folder = PostgresFolder.Open(_home.FullName);
        await using var first = Embedded(folder);
        await first.StartAsync(CancellationToken.None);

        await using (var second = Embedded(folder))
        {
            var refused = await Assert.ThrowsAsync<StartRefusedException>(() => second.StartAsync(CancellationToken.None));
            Assert.Contains("Another silo uses the data folder", refused.Message, StringComparison.Ordinal);
        }

        await Tell(folder, "first goes on");
    }

    [Fact]
    public async Task The_number_of_another_process_in_the_servers_file_is_not_taken_for_the_server()
    {
        var folder = PostgresFolder.Open(_home.FullName);
        await using (var first = Embedded(folder))
        {
            await first.StartAsync(CancellationToken.None);
            await first.StopAsync(CancellationToken.None);
        }

        await File.WriteAllTextAsync(Path.Combine(folder.Data, "postmaster.pid"), $"{Environment.ProcessId}\n{folder.Data}\n1\n5432\n{folder.Sockets}\n\n0 0\nready   \n");
        await using var second = Embedded(folder);
        await second.StartAsync(CancellationToken.None);

        await Tell(folder, "started");
    }

    [Fact]
    public async Task A_cluster_half_made_by_a_silo_that_died_is_made_anew()
    {
        var folder = PostgresFolder.Open(_home.FullName);
        folder.Account.Run("mkdir", folder.Data + ".new");
        folder.Account.Run("touch", Path.Combine(folder.Data + ".new", "half"));

        await using var silo = Embedded(folder);
        await silo.StartAsync(CancellationToken.None);

        await Tell(folder, "made");
        Assert.False(Directory.Exists(folder.Data + ".new"));
    }

    [Fact]
    public void Data_of_a_version_that_is_not_installed_is_refused_by_name()
    {
        var folder = PostgresFolder.Open(_home.FullName);
        folder.Account.Run("mkdir", folder.Data);
        folder.Account.Run("sh", "-c", $"echo 9.6 > '{folder.Data}/PG_VERSION'");

        var refused = Assert.Throws<StartRefusedException>(() => PostgresFolder.Open(_home.FullName));

        Assert.Contains("made by PostgreSQL 9.6", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_cluster_is_told_in_the_words_of_the_server()
    {
        var folder = PostgresFolder.Open(_home.FullName);
        await using (var first = Embedded(folder))
        {
            await first.StartAsync(CancellationToken.None);
            await first.StopAsync(CancellationToken.None);
        }

        File.Delete(Path.Combine(folder.Data, "global", "pg_control"));
        await using var second = Embedded(folder);
        var refused = await Assert.ThrowsAsync<StartRefusedException>(() => second.StartAsync(CancellationToken.None));

        Assert.Contains("did not start", refused.Message, StringComparison.Ordinal);
        Assert.Contains("pg_control", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_log_does_not_grow_with_repeated_keys_and_refused_statements_but_tells_what_ends_sessions()
    {
        await using var host = await SocialHost.Start("", builder =>
        {
            builder.Configuration["Social:Node:Data"] = _home.FullName;
            builder.Configuration["Social:Postgres:SharedBuffersMegabytes"] = "16";
            builder.Configuration["Social:Chat:RecentKeysMax"] = "1";
        });
        var folder = host.Services.GetRequiredService<PostgresFolder>();
        var alice = await host.Person("alice");
        var room = await alice.Group("room");
        var refusedBefore = await Ask<long>(folder, "SELECT xact_rollback FROM pg_stat_database WHERE datname = 'social'");
        var before = new FileInfo(folder.Log).Length;

        for (var i = 0; i < 200; i++)
        {
            await room.As(alice).Send("again", i % 2 == 0 ? "even" : "odd");
            await Assert.ThrowsAsync<PostgresException>(() => Ask<int>(folder, "SELECT 'four'::int"));
        }

        await Eventually(async () => Assert.True(await Ask<long>(folder, "SELECT xact_rollback FROM pg_stat_database WHERE datname = 'social'") >= refusedBefore + 398));
        Assert.Equal(before, new FileInfo(folder.Log).Length);

        await Assert.ThrowsAsync<PostgresException>(() => new NpgsqlConnection(folder.ConnectionString + ";Database=nowhere;Pooling=false").OpenAsync());
        await Eventually(async () => Assert.Contains("\"nowhere\" does not exist", await File.ReadAllTextAsync(folder.Log), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Its_log_is_put_aside_when_it_has_become_large()
    {
        var folder = PostgresFolder.Open(_home.FullName);
        await using var silo = Embedded(folder);
        await silo.StartAsync(CancellationToken.None);
        await File.AppendAllTextAsync(folder.Log, new string('x', 2 << 20));

        await Eventually(() => Assert.True(new FileInfo(folder.Log).Length < 1 << 20));
        Assert.True(new FileInfo(folder.Log + ".1").Length > 2 << 20);

        // The server writes on in the file that is empty now.
        await Assert.ThrowsAsync<PostgresException>(() => new NpgsqlConnection(folder.ConnectionString + ";Database=nowhere;Pooling=false").OpenAsync());
        await Eventually(async () => Assert.Contains("\"nowhere\" does not exist", await File.ReadAllTextAsync(folder.Log), StringComparison.Ordinal));
        Assert.True(new FileInfo(folder.Log).Length < 1 << 20);
    }

    [Fact]
    public void A_full_disk_is_called_a_full_disk()
    {
        const string Log = "2030-01-01 LOG:  starting\n2030-01-01 FATAL:  could not write lock file \"postmaster.pid\": No space left on device";

        Assert.StartsWith("the disk is full. Make room", PostgresServer.Told(Log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deep_folder_gets_its_socket_where_the_address_is_short_enough()
    {
        var deep = Directory.CreateDirectory(Path.Combine(_home.FullName, new string('d', 60), new string('e', 60)));
        File.SetUnixFileMode(_home.FullName, File.GetUnixFileMode(_home.FullName) | UnixFileMode.OtherExecute);
        var folder = PostgresFolder.Open(deep.FullName);
        await using var silo = Embedded(folder);
        await silo.StartAsync(CancellationToken.None);

        await Tell(folder, "reached");

        Assert.StartsWith("/tmp/orleans-social-", folder.Sockets, StringComparison.Ordinal);
        Directory.Delete(folder.Sockets, recursive: true);
    }

    public void Dispose()
    {
        var pidFile = Path.Combine(_home.FullName, "postgres", "data", "postmaster.pid");
        if (File.Exists(pidFile) && int.TryParse(File.ReadLines(pidFile).First(), CultureInfo.InvariantCulture, out var pid) && pid != Environment.ProcessId)
        {
            PostgresAccount.Current().Run("kill", "-QUIT", pid.ToString(CultureInfo.InvariantCulture));
        }

        _home.Delete(recursive: true);
    }

    private static EmbeddedPostgres Embedded(PostgresFolder folder) => new(
        folder,
        Options.Create(new EmbeddedOptions { SharedBuffersMegabytes = 16, LogMegabytesMax = 1, ClaimSecondsMax = 0 }),
        TimeProvider.System,
        NullLogger<EmbeddedPostgres>.Instance);

    private static async Task Tell(PostgresFolder folder, string what)
        => await Ask<int>(folder, $"CREATE TABLE IF NOT EXISTS told (what text); INSERT INTO told VALUES ('{what}'); SELECT 1");

    private static Task<string> Told(PostgresFolder folder) => Ask<string>(folder, "SELECT what FROM told");

    private static Task<string> Setting(PostgresFolder folder, string name) => Ask<string>(folder, $"SHOW {name}");

    private static async Task<T> Ask<T>(PostgresFolder folder, string sql)
    {
        await using var connection = new NpgsqlConnection(folder.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
