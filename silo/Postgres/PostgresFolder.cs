using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using OrleansSocial.Kernel;

namespace OrleansSocial.Postgres;

/// <summary>Where the embedded PostgreSQL keeps its files, and how it is reached.</summary>
/// <remarks>
/// Under the data folder: <c>postgres/data</c> (the cluster), <c>postgres/run</c> (the socket, which only its owner may enter),
/// <c>postgres/server.log</c> and what was put aside of it, <c>postgres.connection</c> (how to reach it), and <c>silo.lock</c>, which the silo holds while it runs.
/// </remarks>
internal sealed class PostgresFolder
{
    /// <summary>Database and role of the product.</summary>
    public const string Name = "social";

    // The socket's name is part of an address of at most 107 bytes.
    private const int SocketPathBytesMax = 107 - 16;
    private const string Elsewhere = "/var/lib/orleans-social";

    [UnsupportedOSPlatform("windows")]
    private PostgresFolder(string home, string root, PostgresAccount account, PostgresBinaries binaries)
    {
        (Home, Root, Account, Binaries) = (home, root, account, binaries);
        Sockets = SocketFolder(root, account);
    }

    /// <summary>The data folder of the silo.</summary>
    public string Home { get; }

    /// <summary>The folder of PostgreSQL; a real path, without links.</summary>
    public string Root { get; }

    /// <summary>The cluster.</summary>
    public string Data => Path.Combine(Root, "data");

    /// <summary>What PostgreSQL logs.</summary>
    public string Log => Path.Combine(Root, "server.log");

    /// <summary>Where the socket is.</summary>
    public string Sockets { get; }

    /// <summary>The file that one silo holds at a time.</summary>
    public string LockFile => Path.Combine(Home, "silo.lock");

    /// <summary>The file that tells programs beside the silo how to reach the database. It holds no secret: the socket lets its owner and root in alone.</summary>
    public string AddressFile => Path.Combine(Home, "postgres.connection");

    /// <summary>The account of PostgreSQL.</summary>
    public PostgresAccount Account { get; }

    /// <summary>The programs of PostgreSQL.</summary>
    public PostgresBinaries Binaries { get; }

    /// <summary>How stores reach the database.</summary>
    public string ConnectionString => Address(Name);

    /// <summary>How the database's maker reaches the server before the database exists.</summary>
    public string MaintenanceConnectionString => Address("postgres");

    /// <summary>Finds or makes the folder.</summary>
    /// <exception cref="StartRefusedException">PostgreSQL is not installed, or its account cannot use the folder.</exception>
    [UnsupportedOSPlatform("windows")]
    public static PostgresFolder Open(string home)
    {
        home = Path.GetFullPath(home);
        try
        {
            var account = PostgresAccount.Current();
            Directory.CreateDirectory(home);
            home = Command.Run("realpath", home).Output;
            var root = RootOf(home, account);
            var version = Path.Combine(root, "data", "PG_VERSION");
            return new PostgresFolder(home, root, account, PostgresBinaries.Find(File.Exists(version) ? File.ReadAllText(version).Trim() : null));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"The data folder {home} cannot be used: {fault.Message} Choose another one (--data, or Social__Node__Data), or set ConnectionStrings__Postgres.", fault);
        }
    }

    // Root may keep its files where PostgreSQL's account cannot go, such as under /root. Then the data folder holds a link
    // to a folder that both can reach. The link is the truth: without it the data is not found, and a new folder is made.
    [UnsupportedOSPlatform("windows")]
    private static string RootOf(string home, PostgresAccount account)
    {
        var root = Path.Combine(home, "postgres");
        if (Directory.Exists(root) && Directory.ResolveLinkTarget(root, returnFinalTarget: true) is { } target)
        {
            root = target.FullName;
        }

        var isNew = !Directory.Exists(root);
        if (isNew)
        {
            Make(root, account);
        }

        if (account.CanUse(root))
        {
            return root;
        }

        if (account.IsOther && Path.GetDirectoryName(root) == home)
        {
            // The silo's own folder may be passed through, though not listed.
            File.SetUnixFileMode(home, File.GetUnixFileMode(home) | UnixFileMode.OtherExecute | UnixFileMode.GroupExecute);
            if (account.CanUse(root))
            {
                return root;
            }
        }

        if (!account.IsOther || !isNew)
        {
            throw new StartRefusedException(
                $"PostgreSQL's account cannot use {root}. It belongs to another user; start the silo as that user, or choose another data folder (--data, or Social__Node__Data).");
        }

        Directory.Delete(root);
        var elsewhere = Path.Combine(Elsewhere, RandomNumberGenerator.GetHexString(16, lowercase: true));
        Directory.CreateDirectory(Elsewhere);
        Make(elsewhere, account);
        Directory.CreateSymbolicLink(root, elsewhere);
        return elsewhere;
    }

    [UnsupportedOSPlatform("windows")]
    private static void Make(string folder, PostgresAccount account)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        account.Own(folder);
    }

    [UnsupportedOSPlatform("windows")]
    private static string SocketFolder(string root, PostgresAccount account)
    {
        var folder = Path.Combine(root, "run");
        if (Encoding.UTF8.GetByteCount(folder) > SocketPathBytesMax)
        {
            var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(root)))[..24];
            folder = Path.Combine("/tmp", $"orleans-social-{name}");
        }

        if (!Directory.Exists(folder))
        {
            Make(folder, account);
        }

        // Whoever owns the folder could put another socket in its place.
        return account.Run("test", "-O", folder).Succeeded
            ? folder
            : throw new StartRefusedException($"{folder}, where PostgreSQL's socket belongs, is another user's. Remove it, or choose a data folder with a shorter path.");
    }

    private string Address(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = Sockets,
        Port = 5432,
        Username = Name,
        Database = database,
        SslMode = SslMode.Disable,
    }.ConnectionString;
}
