using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace OrleansSocial.Architecture;

/// <summary>A table belongs to one slice, and only its SQL names it: whoever else needs what it holds asks the slice.</summary>
public partial class TableOwners
{
    /// <summary>Tables whose migrations name no type as their owner; an applied migration stays as it is.</summary>
    private static readonly Dictionary<string, string> s_unnamed = new()
    {
        ["members"] = "Chat",
        ["messages"] = "Chat",
        ["ended_sessions"] = "Identity",
        ["cluster_key"] = "Kernel",
        ["event_due"] = "Kernel",
        ["event_parked"] = "Kernel",
        ["event_positions"] = "Kernel",
        ["cluster_authority"] = "Membership",
        ["heartbeats"] = "Membership",
        ["silo_fences"] = "Membership",
        ["orleansmembershiptable"] = "Orleans",
        ["orleansmembershipversiontable"] = "Orleans",
        ["orleansquery"] = "Orleans",
        ["orleansreminderstable"] = "Orleans",
        ["orleansstorage"] = "Orleans",
    };

    private static IReadOnlyList<(string Path, string Text)> Migrations { get; } =
        [.. Repository.Files("*.sql").Where(path => path.StartsWith("deploy/migrations/", StringComparison.Ordinal)).Select(path => (path, File.ReadAllText(Path.Combine(Repository.Root, path))))];

    [Fact]
    public void Every_table_names_its_owner() => Repository.AssertNone(Owners(Migrations, Repository.Sources, s_unnamed).Findings);

    [Theory]
    [InlineData("CREATE TABLE posts (id uuid);", 1)]
    [InlineData("-- posts: owned by whoever writes, keyed by id\nCREATE TABLE posts (id uuid);", 1)]
    [InlineData("-- posts: owned by NobodyGrain, keyed by id\nCREATE TABLE posts (id uuid);", 1)]
    [InlineData("-- posts: owned by PostGrain, keyed by id\nCREATE TABLE posts (id uuid);", 0)]
    [InlineData("CREATE TABLE posts (id uuid);\nDROP TABLE posts;", 0)]
    public void A_table_without_an_owner_is_found(string sql, int findings) =>
        Assert.Equal(findings, Owners([("deploy/migrations/9000_posts.sql", sql)], [new("grains/Posts/PostGrain.cs", "class PostGrain;")], []).Findings.Count);

    [Fact]
    public void An_owner_that_a_migration_names_stands_in_no_list() => Assert.Equal(
        ["tests/Architecture/TableOwners.cs:1: the list names the owner of posts, of which a migration says as much, or which is gone; take the line out"],
        Owners([("deploy/migrations/9000_posts.sql", "-- posts: owned by PostGrain\nCREATE TABLE posts (id uuid);")], [new("grains/Posts/PostGrain.cs", "class PostGrain;")], new() { ["posts"] = "Posts" })
            .Findings.Select(finding => finding.ToString()));

    [Fact]
    public void Tables_are_read_by_their_owner()
    {
        var (owners, _) = Owners(Migrations, Repository.Sources, s_unnamed);

        Repository.AssertNone(Repository.In("grains", "silo").SelectMany(file => TablesOfOthers(file, owners)));
        Assert.Equal(("Bookmarks", "Kernel", "Migrations"), (owners["bookmarks"], owners["events"], owners["social_migrations"]));
    }

    [Theory]
    [InlineData("$\"SELECT {Columns} FROM bookmarks AS b JOIN messages AS m USING (seq) WHERE b.user_id = $1\"", "messages")]
    [InlineData("\"SELECT m.text FROM bookmarks b, public.messages m\"", "messages")]
    [InlineData("\"SELECT text FROM bookmarks JOIN messages USING (seq)\"", "messages")]
    [InlineData("\"UPDATE members SET seq = 1\"", "members")]
    [InlineData("\"INSERT INTO messages (seq) SELECT seq FROM bookmarks\"", "messages")]
    [InlineData("\"DELETE FROM bookmarks USING \\\"members\\\" WHERE true\"", "members")]
    [InlineData("\"SELECT messages, members FROM bookmarks WHERE messages > 1\"", null)]
    public void The_table_of_another_slice_is_found(string sql, string? table)
    {
        var owners = new Dictionary<string, string> { ["bookmarks"] = "Bookmarks", ["messages"] = "Chat", ["members"] = "Chat" };

        Assert.Equal(
            table is null ? [] : [$"grains/Bookmarks/BookmarkStore.cs:2: {table} belongs to Chat; ask through a grain interface of Chat, or be told by an event"],
            TablesOfOthers(new("grains/Bookmarks/BookmarkStore.cs", $"class X {{\nstring Y = {sql}; }}"), owners).Select(finding => finding.ToString()));
    }

    /// <summary>The slice of each table that there is: of the type that the table's migration names, or of the code that makes the table itself.</summary>
    private static (Dictionary<string, string> Owners, List<Finding> Findings) Owners(
        IReadOnlyList<(string Path, string Text)> migrations, IReadOnlyCollection<SourceFile> sources, Dictionary<string, string> unnamed)
    {
        var slices = sources.Where(file => file.Room is "grains" or "silo").SelectMany(file => file.Root.DescendantNodes().OfType<BaseTypeDeclarationSyntax>().Select(type => (Name: type.Identifier.Text, file.Slice)))
            .ToLookup(type => type.Name, type => type.Slice);
        var (created, named, findings) = (new Dictionary<string, Finding>(), new Dictionary<string, string>(), new List<Finding>());
        foreach (var (path, text) in migrations)
        {
            foreach (Match line in OwnerLine().Matches(text))
                if (slices[line.Groups["type"].Value].FirstOrDefault() is { } slice) named[line.Groups["table"].Value] = slice;
            foreach (Match statement in TableStatement().Matches(text))
            {
                var table = statement.Groups["table"].Value;
                if (statement.Groups["verb"].Value == "DROP") created.Remove(table);
                else created[table] = new(path, LineAt(text, statement.Index), $"nobody owns the table {table}", $"name the type that owns it above, as in -- {table}: owned by …Grain, keyed by …");
            }
        }

        var owners = sources.Where(file => file.Room is "grains" or "silo").SelectMany(file => Literals(file).SelectMany(literal => TableStatement().Matches(literal.Text).Select(match => (Table: match.Groups["table"].Value, file.Slice))))
            .ToDictionary(made => made.Table, made => made.Slice);
        foreach (var (table, finding) in created)
        {
            if (named.TryGetValue(table, out var owner) || unnamed.TryGetValue(table, out owner)) owners[table] = owner;
            else findings.Add(finding);
        }

        findings.AddRange(unnamed.Keys.Where(table => named.ContainsKey(table) || !created.ContainsKey(table))
            .Select(table => new Finding("tests/Architecture/TableOwners.cs", 1, $"the list names the owner of {table}, of which a migration says as much, or which is gone", "take the line out")));
        return (owners, findings);
    }

    private static IEnumerable<Finding> TablesOfOthers(SourceFile file, Dictionary<string, string> owners) =>
        (from literal in Literals(file)
         from match in NamedTables().Matches(literal.Text)
         from table in match.Groups["table"].Captures
         where owners.TryGetValue(table.Value, out var owner) && owner != file.Slice
         select new Finding(file.Path, literal.Line + LineAt(literal.Text, table.Index) - 1, $"{table.Value} belongs to {owners[table.Value]}", $"ask through a grain interface of {owners[table.Value]}, or be told by an event"))
        .Distinct();

    private static IEnumerable<(string Text, int Line)> Literals(SourceFile file) => file.Root.DescendantNodes()
        .Where(node => node is InterpolatedStringExpressionSyntax || node.IsKind(SyntaxKind.StringLiteralExpression))
        .Select(node => (node.ToString().Replace("\\\"", "\"", StringComparison.Ordinal), SourceFile.LineOf(node)));

    private static int LineAt(string text, int index) => text.AsSpan(0, index).Count('\n') + 1;

    [GeneratedRegex(@"^-- (?<table>\w+): owned by (?<type>[A-Z]\w+)", RegexOptions.Multiline)]
    private static partial Regex OwnerLine();

    [GeneratedRegex(@"^[\s""]*(?<verb>CREATE|DROP) (UNLOGGED )?TABLE (IF (NOT )?EXISTS )?(?<table>\w+)", RegexOptions.Multiline)]
    private static partial Regex TableStatement();

    [GeneratedRegex(@"\b(FROM|JOIN|INTO|UPDATE|USING)\s+(ONLY\s+|LATERAL\s+)?(public\.)?""?(?<table>\w+)""?(\s+(AS\s+)?[a-z_]\w*)?(\s*,\s*(public\.)?""?(?<table>\w+)""?(\s+(AS\s+)?[a-z_]\w*)?)*")]
    private static partial Regex NamedTables();
}
