using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace OrleansSocial.Architecture;

/// <summary>The repository keeps its rules, and each rule finds what breaks it.</summary>
public class RepositoryRules
{
    [Fact]
    public void Time_identifiers_and_waiting_have_one_way() => Repository.AssertNone(Repository.Sources.SelectMany(Rules.BannedMembers));

    [Theory]
    [InlineData("grains/Chat/X.cs", "class X { object Y() => System.DateTime.UtcNow; }")]
    [InlineData("tests/Chat/X.cs", "class X { async Task Y() { await Task.Delay(5); } }")]
    [InlineData("silo/X.cs", "class X { object Y() => Guid.NewGuid(); }")]
    [InlineData("api/Chat/X.cs", "class X { object Y() => Environment.GetEnvironmentVariable(\"Z\"); }")]
    public void A_banned_call_is_found(string path, string text) => Assert.NotEmpty(Rules.BannedMembers(new(path, text)));

    [Fact]
    public void Nothing_blocks_or_leaves_a_turn() => Repository.AssertNone(Repository.In(Repository.ProductRooms).SelectMany(Rules.LeavingTheTurn));

    [Theory]
    [InlineData("grains/Chat/X.cs", "class X { async Task Y(Task t) { await t.ConfigureAwait(false); } }")]
    [InlineData("api/Chat/X.cs", "class X { void Y(Task t) { t.GetAwaiter().GetResult(); } }")]
    public void Leaving_a_turn_is_found(string path, string text) => Assert.NotEmpty(Rules.LeavingTheTurn(new(path, text)));

    [Fact]
    public void Files_and_methods_stay_small() => Repository.AssertNone(Repository.In(Repository.ProductRooms).SelectMany(Rules.Sizes));

    [Fact]
    public void A_large_file_and_a_long_method_are_found()
    {
        var body = string.Concat(Enumerable.Repeat("\n", 300));

        var findings = Rules.Sizes(new("grains/Chat/X.cs", $"class X {{ void Y() {{ {body} }} }}")).ToList();

        Assert.Equal(2, findings.Count);
    }

    [Fact]
    public void Only_stores_know_sql() => Repository.AssertNone(Repository.Sources.SelectMany(Rules.SqlOutsideStores));

    [Fact]
    public void Sql_in_a_grain_is_found() =>
        Assert.NotEmpty(Rules.SqlOutsideStores(new("grains/Chat/XGrain.cs", "class X { string Y = \"SELECT a FROM b WHERE c\"; }")));

    [Fact]
    public void Nothing_is_left_unfinished() => Repository.AssertNone(Repository.Sources.SelectMany(Rules.UnfinishedWork));

    [Fact]
    public void Unfinished_work_is_found() => Assert.NotEmpty(Rules.UnfinishedWork(new("grains/X.cs", "throw new NotImplementedException();")));

    [Fact]
    public void Slices_reach_each_other_through_interfaces() => Repository.AssertNone(Rules.ReachingIntoSlices(Repository.Sources));

    [Theory]
    [InlineData("using OrleansSocial.Chat; class X { ChatRules? rules; }", 1)]
    [InlineData("class X { object? a = Chat.ChatRules.B; Chat.ChatRules? c; }", 2)]
    [InlineData("class X { int ChatRules; int a = x.ChatRules; }", 0)]
    public void Reaching_into_another_slice_is_found_and_a_member_of_the_same_name_is_not(string text, int findings) => Assert.Equal(
        findings, Rules.ReachingIntoSlices([new("grains/Chat/Rules.cs", "class ChatRules;"), new("grains/Users/X.cs", text)]).Count());

    [Fact]
    public void What_the_edge_never_asks_is_closed_to_nodes_without_grains()
    {
        var asked = new[] { typeof(Problems).Assembly, Assembly.Load("silo") }.SelectMany(Called).ToHashSet();

        Assert.Contains($"{typeof(Chat.IConversationGrain).FullName}.{nameof(Chat.IConversationGrain.Send)}", asked);
        Assert.DoesNotContain(
            typeof(Refusal).Assembly.GetTypes().Where(t => t.IsInterface && typeof(IGrain).IsAssignableFrom(t)).SelectMany(t => t.GetMethods()),
            method => !asked.Contains($"{method.DeclaringType!.FullName}.{method.Name}") && !method.IsDefined(typeof(ClusterOnlyAttribute), inherit: false));
    }

    // The members of other assemblies that an assembly refers to, as its metadata lists them.
    private static IEnumerable<string> Called(Assembly assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        var metadata = file.GetMetadataReader();
        var members = metadata.MemberReferences.Select(metadata.GetMemberReference).Where(member => member.Parent.Kind == HandleKind.TypeReference);
        return [.. members.Select(member =>
        {
            var type = metadata.GetTypeReference((TypeReferenceHandle)member.Parent);
            return $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}.{metadata.GetString(member.Name)}";
        })];
    }

    [Fact]
    public void Every_slice_is_listed_once_and_every_one_that_is_listed_has_its_folders()
    {
        var folders = new[] { "grains", "grain-interfaces", "api" }.SelectMany(room => Directory.GetDirectories(Path.Combine(Repository.Root, room)).Select(Path.GetFileName))
            .Where(name => char.IsAsciiLetterUpper(name![0]) && name != "Kernel").Distinct().Order(StringComparer.Ordinal);

        Assert.Equal(folders, Slice.All.Select(slice => slice.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Slices_form_no_cycle() => Repository.AssertNone(Rules.SliceCycles(Repository.Sources));

    [Fact]
    public void A_cycle_of_slices_is_found() => Assert.NotEmpty(Rules.SliceCycles(
        [new("grains/A/X.cs", "using OrleansSocial.B;"), new("grains/B/Y.cs", "using OrleansSocial.A;")]));

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "OrleansSocial.sln")).Replace('\\', '/');

        Repository.AssertNone(Repository.Files("*.csproj")
            .Where(project => !solution.Contains(project, StringComparison.Ordinal))
            .Select(project => new Finding(project, 1, "is not in the solution", "dotnet sln add it")));
    }

    [Fact]
    public void Every_path_that_a_document_names_exists() => Repository.AssertNone(Repository.Files("*.md").SelectMany(document =>
        Rules.PathsInDocuments(document, File.ReadAllText(Path.Combine(Repository.Root, document)), named => Exists(document, named))));

    [Fact]
    public void Every_invariant_names_a_test_that_exists()
    {
        var tests = Repository.In("tests").SelectMany(f => f.Root.DescendantNodes().OfType<MethodDeclarationSyntax>()).Select(m => m.Identifier.Text).ToHashSet();
        var document = File.ReadAllText(Path.Combine(Repository.Root, "ARCHITECTURE.md"));

        Assert.DoesNotContain(Rules.TestsInDocument(document), name => !tests.Contains(name));
        Assert.Equal(["A_test_nobody_wrote"], Rules.TestsInDocument("kept by `A_test_nobody_wrote`."));
    }

    [Fact]
    public void A_path_that_does_not_exist_is_found() =>
        Assert.NotEmpty(Rules.PathsInDocuments("README.md", "see `grains/Nowhere/X.cs`", _ => false));

    [Fact]
    public void The_edge_references_neither_grains_nor_the_database()
    {
        var project = File.ReadAllText(Path.Combine(Repository.Root, "api/OrleansSocial.Api.csproj"));

        Assert.DoesNotContain("OrleansSocial.Grains", project, StringComparison.Ordinal);
        Assert.DoesNotContain("Npgsql", project, StringComparison.Ordinal);
    }

    private static bool Exists(string document, string named)
    {
        var beside = Path.Combine(Repository.Root, Path.GetDirectoryName(document)!, named);
        var below = Path.Combine(Repository.Root, named);
        return File.Exists(beside) || Directory.Exists(beside) || File.Exists(below) || Directory.Exists(below);
    }
}
