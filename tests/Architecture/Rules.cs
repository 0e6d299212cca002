using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace OrleansSocial.Architecture;

/// <summary>The rules of this repository as functions from files to findings; pure, so that each can be shown a file that breaks it.</summary>
internal static partial class Rules
{
    private const int ProductLinesMax = 250;
    private const int MethodLinesMax = 60;

    /// <summary>Calls that have one allowed form elsewhere: what, where it is banned, and what to write instead.</summary>
    private static readonly (string Member, Func<SourceFile, bool> Where, string Instead)[] s_bannedMembers =
    [
        ("DateTime.UtcNow", NotTests, "ask the TimeProvider"),
        ("DateTime.Now", _ => true, "ask the TimeProvider"),
        ("DateTimeOffset.UtcNow", NotTests, "ask the TimeProvider"),
        ("DateTimeOffset.Now", _ => true, "ask the TimeProvider"),
        ("Guid.NewGuid", f => Repository.ProductRooms.Contains(f.Room), "make identifiers with Ids.New"),
        ("Task.Delay", f => (f.Room == "tests" && f.Path != "tests/tools/Driver/Backoff.cs") || f.Room is "grains" or "grain-interfaces", "wait for a condition with Eventually, or use a grain timer"),
        ("Thread.Sleep", _ => true, "await what you wait for"),
        ("Environment.GetEnvironmentVariable", f => f.Room is "grains" or "grain-interfaces" or "api", "bind an options class of the slice"),
    ];

    public static IEnumerable<Finding> BannedMembers(SourceFile file) =>
        from access in file.Root.DescendantNodes().OfType<MemberAccessExpressionSyntax>()
        let text = access.ToString()
        from banned in s_bannedMembers
        where (text == banned.Member || text == "System." + banned.Member || text == "System.Threading." + banned.Member) && banned.Where(file)
        select new Finding(file.Path, SourceFile.LineOf(access), $"{banned.Member} is not used here", banned.Instead);

    /// <summary>Blocking on a task can deadlock an activation; leaving its scheduler breaks single-threadedness.</summary>
    public static IEnumerable<Finding> LeavingTheTurn(SourceFile file)
    {
        foreach (var call in file.Root.DescendantNodes().OfType<InvocationExpressionSyntax>())
        {
            if (call.Expression is not MemberAccessExpressionSyntax { Name.Identifier.Text: var name }) continue;
            if (name is "GetResult" && call.Expression.ToString().EndsWith("GetAwaiter().GetResult", StringComparison.Ordinal))
                yield return new(file.Path, SourceFile.LineOf(call), "blocking on a task", "await it");
            if (file.Room == "grains" && name == "ConfigureAwait" && call.ArgumentList.Arguments is [{ Expression: LiteralExpressionSyntax literal }]
                && literal.IsKind(SyntaxKind.FalseLiteralExpression))
                yield return new(file.Path, SourceFile.LineOf(call), "ConfigureAwait(false) in grains", "await plainly, so that the turn goes on in its activation");
        }
    }

    public static IEnumerable<Finding> Sizes(SourceFile file)
    {
        if (file.LineCount >= ProductLinesMax)
            yield return new(file.Path, file.LineCount, $"{file.LineCount} lines, at most {ProductLinesMax - 1}", "split it by what it is about");
        foreach (var method in file.Root.DescendantNodes().OfType<BaseMethodDeclarationSyntax>())
        {
            var span = method.GetLocation().GetLineSpan();
            var lines = span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
            if (lines >= MethodLinesMax)
                yield return new(file.Path, SourceFile.LineOf(method), $"a method of {lines} lines", $"keep methods under {MethodLinesMax}");
        }
    }

    /// <summary>Only stores, the kernel's storage helpers and the silo's migrations know SQL.</summary>
    public static IEnumerable<Finding> SqlOutsideStores(SourceFile file)
    {
        if (file.Room is "tests") yield break;
        if (file.Path.EndsWith("Store.cs", StringComparison.Ordinal) || file.Path.StartsWith("grains/Kernel/", StringComparison.Ordinal)) yield break;
        if (file.Path.StartsWith("silo/", StringComparison.Ordinal)) yield break;
        foreach (var literal in file.Root.DescendantTokens().Where(t => t.IsKind(SyntaxKind.StringLiteralToken) || t.IsKind(SyntaxKind.SingleLineRawStringLiteralToken) || t.IsKind(SyntaxKind.MultiLineRawStringLiteralToken)))
            if (Sql().IsMatch(literal.ValueText))
                yield return new(file.Path, SourceFile.LineOf(literal), "SQL outside a store", "move it into the slice's …Store.cs");
    }

    public static IEnumerable<Finding> UnfinishedWork(SourceFile file) =>
        file.Path.StartsWith("tests/Architecture/", StringComparison.Ordinal)
            ? []
            : file.Text.Split('\n').Select((line, i) => (line, i)).Where(l => Unfinished().IsMatch(l.line))
                .Select(l => new Finding(file.Path, l.i + 1, $"'{Unfinished().Match(l.line).Value}'", "finish it or leave it out"));

    /// <summary>A slice's own types are reached by other slices of the room only through grain-interfaces, but for what it offers to be implemented or derived from.</summary>
    public static IEnumerable<Finding> ReachingIntoSlices(IReadOnlyCollection<SourceFile> files)
    {
        foreach (var room in files.Where(f => f.Room is "grains" or "api").GroupBy(f => f.Room))
        {
            var owners = room.Where(f => f.Slice is not ("" or "Kernel"))
                .SelectMany(f => f.Root.DescendantNodes().OfType<BaseTypeDeclarationSyntax>().Where(IsHidden).Select(t => (Name: t.Identifier.Text, f.Slice)))
                .ToLookup(t => t.Name, t => t.Slice);
            foreach (var file in room.Where(f => f.Slice != ""))
            {
                var imports = file.Root.DescendantNodes().OfType<UsingDirectiveSyntax>().Select(u => u.Name?.ToString()).ToHashSet();
                foreach (var name in file.Root.DescendantNodes().OfType<IdentifierNameSyntax>())
                {
                    // A word of another slice is only a member of the same name where the slice is neither imported nor named before it.
                    var slices = owners[name.Identifier.Text].Where(s => s == file.Slice || imports.Contains($"OrleansSocial.{s}") || IsNamedBefore(name, s)).ToList();
                    if (slices.Count > 0 && !slices.Contains(file.Slice))
                        yield return new(file.Path, SourceFile.LineOf(name), $"{name.Identifier.Text} belongs to {slices[0]}", "ask through its grain interface or an event");
                }
            }
        }
    }

    private static bool IsNamedBefore(IdentifierNameSyntax name, string slice) => name.Parent switch
    {
        QualifiedNameSyntax qualified => qualified.Right == name && LastWord(qualified.Left) == slice,
        MemberAccessExpressionSyntax member => member.Name == name && LastWord(member.Expression) == slice,
        _ => false,
    };

    private static string LastWord(SyntaxNode node) => node.ToString().Split('.')[^1];

    /// <summary>Slices of the grains room know each other in one direction only.</summary>
    public static IEnumerable<Finding> SliceCycles(IReadOnlyCollection<SourceFile> files)
    {
        var graph = files.Where(f => f.Room == "grains" && f.Slice is not ("" or "Kernel"))
            .SelectMany(f => f.Root.DescendantNodes().OfType<UsingDirectiveSyntax>()
                .Select(u => u.Name?.ToString() ?? "")
                .Where(n => n.StartsWith("OrleansSocial.", StringComparison.Ordinal) && n != "OrleansSocial.Kernel")
                .Select(n => (From: f.Slice, To: n["OrleansSocial.".Length..].Split('.')[0], f.Path)))
            .Where(e => e.From != e.To)
            .ToList();
        return from edge in graph
               where Reaches(edge.To, edge.From, [])
               select new Finding(edge.Path, 1, $"{edge.From} and {edge.To} need each other", "turn one direction into an event");

        bool Reaches(string from, string to, HashSet<string> seen) =>
            from == to || (seen.Add(from) && graph.Where(e => e.From == from).Any(e => Reaches(e.To, to, seen)));
    }

    /// <summary>Every path that a document names in code marks or links exists.</summary>
    public static IEnumerable<Finding> PathsInDocuments(string path, string text, Func<string, bool> exists) =>
        from line in text.Split('\n').Select((content, i) => (content, number: i + 1))
        from Match match in NamedPath().Matches(line.content)
        let named = (match.Groups["code"].Success ? match.Groups["code"] : match.Groups["link"]).Value.TrimEnd('/')
        where IsPath(named) && !exists(named)
        select new Finding(path, line.number, $"{named} does not exist", "name what is there");

    /// <summary>The tests that a document names: sentences with underscores in code marks.</summary>
    public static IEnumerable<string> TestsInDocument(string text) => TestName().Matches(text).Select(m => m.Groups[1].Value);

    private static bool IsPath(string named) =>
        !named.Contains("//", StringComparison.Ordinal) && !named.StartsWith('/') && !named.StartsWith('-') && !named.Contains('*') && !named.Contains('…')
        && (named.Split('/')[0] is "silo" or "api" or "grains" or "grain-interfaces" or "tests" or "deploy");

    // What is public to be implemented or derived from is offered.
    private static bool IsHidden(BaseTypeDeclarationSyntax type) =>
        type.Parent is not BaseTypeDeclarationSyntax && !type.Identifier.Text.EndsWith("Module", StringComparison.Ordinal) && !type.Identifier.Text.EndsWith("Endpoints", StringComparison.Ordinal)
        && !((type is InterfaceDeclarationSyntax || type.Modifiers.Any(SyntaxKind.AbstractKeyword)) && type.Modifiers.Any(SyntaxKind.PublicKeyword));

    private static bool NotTests(SourceFile file) => file.Room != "tests";

    [GeneratedRegex(@"\b(SELECT\s.+\sFROM\s|INSERT\s+INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+TABLE\s)", RegexOptions.Singleline)]
    private static partial Regex Sql();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX|NotImplementedException)\b|\bSkip\s*=\s*""")]
    private static partial Regex Unfinished();

    [GeneratedRegex("`([A-Z][a-z0-9]*(?:_\\w+)+)`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"`(?<code>[\w./-]+/[\w./-]*)`|\]\((?<link>[\w./-]+)\)")]
    private static partial Regex NamedPath();
}
