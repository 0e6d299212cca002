using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using OrleansSocial.Kernel;

namespace OrleansSocial.Migrations;

/// <summary>One numbered file of SQL.</summary>
/// <param name="Number">Its place in the order.</param>
/// <param name="Name">The file's name.</param>
/// <param name="Sql">The text.</param>
internal sealed partial record Migration(int Number, string Name, string Sql)
{
    /// <summary>Names the text; line ends do not matter.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));

    /// <summary>The migrations of a folder in their order.</summary>
    /// <exception cref="StartRefusedException">There are none, a file has no number, or two have the same.</exception>
    public static IReadOnlyList<Migration> Read(string folder)
    {
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.sql") : [];
        var read = files.Select(Read1).OrderBy(migration => migration.Number).ToList();
        if (read.Count == 0)
        {
            throw new StartRefusedException($"There are no migrations in {folder}: the installation is not complete.");
        }

        var twice = read.GroupBy(migration => migration.Number).FirstOrDefault(group => group.Count() > 1);
        return twice is null
            ? read
            : throw new StartRefusedException($"Migrations {string.Join(" and ", twice.Select(migration => migration.Name))} have the same number.");
    }

    private static Migration Read1(string file)
    {
        var name = Path.GetFileName(file);
        var match = Numbered().Match(name);
        return match.Success
            ? new Migration(int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), name, File.ReadAllText(file))
            : throw new StartRefusedException($"The migration {name} does not begin with a number of four digits and an underscore.");
    }

    [GeneratedRegex("^([0-9]{4})_")]
    private static partial Regex Numbered();
}
