using System.Globalization;
using OrleansSocial.Kernel;

namespace OrleansSocial.Postgres;

/// <summary>The installed programs of one PostgreSQL version.</summary>
/// <param name="Folder">Where <c>postgres</c>, <c>initdb</c> and <c>pg_ctl</c> are.</param>
/// <param name="Major">The major version.</param>
internal sealed record PostgresBinaries(string Folder, int Major)
{
    private const int MajorMin = 15;

    /// <summary>The path of one program.</summary>
    public string this[string program] => Path.Combine(Folder, program);

    /// <summary>The newest installed version, or the one that <paramref name="dataVersion"/> (the text of <c>PG_VERSION</c>) was made by.</summary>
    /// <exception cref="StartRefusedException">Nothing fitting is installed.</exception>
    public static PostgresBinaries Find(string? dataVersion)
    {
        var installed = Installed().OrderByDescending(found => found.Major).ToList();
        if (dataVersion is null)
        {
            return installed.FirstOrDefault(found => found.Major >= MajorMin) ?? throw new StartRefusedException(
                $"PostgreSQL {MajorMin} or newer is not installed: it is neither in /usr/lib/postgresql/*/bin nor on the path. Install it (apt-get install postgresql), or set ConnectionStrings__Postgres to use a server elsewhere.");
        }

        return installed.FirstOrDefault(found => found.Major.ToString(CultureInfo.InvariantCulture) == dataVersion) ?? throw new StartRefusedException(
            $"The data folder was made by PostgreSQL {dataVersion}, and installed is {(installed.Count == 0 ? "none" : string.Join(", ", installed.Select(found => found.Major)))}. Install PostgreSQL {dataVersion}, or move the data with pg_upgrade.");
    }

    private static IEnumerable<PostgresBinaries> Installed()
    {
        var folders = new List<string>();
        foreach (var root in (string[])["/usr/lib/postgresql", "/usr/pgsql", "/opt/homebrew/opt", "/usr/local/opt"])
        {
            if (Directory.Exists(root))
            {
                folders.AddRange(Directory.GetDirectories(root).Select(version => Path.Combine(version, "bin")));
            }
        }

        if (Command.Find("postgres") is { } onPath)
        {
            folders.Add(Path.GetDirectoryName(Path.GetFullPath(onPath))!);
        }

        foreach (var folder in folders.Distinct())
        {
            if (File.Exists(Path.Combine(folder, "postgres")) && File.Exists(Path.Combine(folder, "initdb")) && MajorOf(folder) is { } major)
            {
                yield return new PostgresBinaries(folder, major);
            }
        }
    }

    // "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"
    private static int? MajorOf(string folder)
    {
        var words = Command.Run(Path.Combine(folder, "postgres"), "--version").Output.Split(' ');
        return words.Length > 2 && int.TryParse(words[2].Split('.')[0], CultureInfo.InvariantCulture, out var major) ? major : null;
    }
}
