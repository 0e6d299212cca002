using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace OrleansSocial.Architecture;

/// <summary>One thing that breaks a rule of this repository.</summary>
internal sealed record Finding(string Path, int Line, string What, string Instead)
{
    public override string ToString() => $"{Path}:{Line}: {What}; {Instead}";
}

/// <summary>One C# file of the repository, parsed.</summary>
internal sealed record SourceFile(string Path, string Text)
{
    private SyntaxNode? _root;

    public SyntaxNode Root => _root ??= CSharpSyntaxTree.ParseText(Text).GetRoot();

    public int LineCount => Text.AsSpan().Count('\n');

    public static int LineOf(SyntaxNode node) => node.GetLocation().GetLineSpan().StartLinePosition.Line + 1;

    public static int LineOf(SyntaxToken token) => token.GetLocation().GetLineSpan().StartLinePosition.Line + 1;

    /// <summary>The room that the file stands in, such as <c>grains</c>.</summary>
    public string Room => Path.Split('/')[0];

    /// <summary>The folder below the room, such as <c>Chat</c>; empty for files of the room itself.</summary>
    public string Slice => Path.Split('/') is [_, var slice, _, ..] ? slice : "";
}

/// <summary>The checkout that these tests were built from.</summary>
internal static class Repository
{
    public static readonly string[] ProductRooms = ["grain-interfaces", "grains", "api", "silo"];

    private static readonly string[] s_leftOut = ["bin", "obj", "node_modules", ".git", ".data", "wwwroot", "TestResults", "artifacts"];

    public static string Root => Driver.Checkout.Root;

    public static IReadOnlyList<SourceFile> Sources { get; } =
        [.. Files("*.cs").Select(path => new SourceFile(path, File.ReadAllText(Path.Combine(Root, path))))];

    public static IEnumerable<SourceFile> In(params string[] rooms) => Sources.Where(f => rooms.Contains(f.Room));

    /// <summary>Paths relative to the root, with forward slashes, in order.</summary>
    public static IEnumerable<string> Files(string pattern) => Walk(new DirectoryInfo(Root), pattern)
        .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
        .Order(StringComparer.Ordinal);

    /// <summary>Fails with one line a finding.</summary>
    public static void AssertNone(IEnumerable<Finding> findings)
    {
        var lines = findings.Select(f => f.ToString()).Order(StringComparer.Ordinal).ToList();
        Assert.True(lines.Count == 0, Environment.NewLine + string.Join(Environment.NewLine, lines));
    }

    private static IEnumerable<string> Walk(DirectoryInfo folder, string pattern) =>
        folder.EnumerateFiles(pattern).Select(f => f.FullName)
            .Concat(folder.EnumerateDirectories().Where(d => !s_leftOut.Contains(d.Name)).SelectMany(d => Walk(d, pattern)));
}
