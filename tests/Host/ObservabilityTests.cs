using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace OrleansSocial.Host;

/// <summary>What operators look at beside the application: the files of <c>deploy/observability</c> agree with what it tells.</summary>
[Collection(SharedApplication.Name)]
public sealed partial class ObservabilityTests(SharedHost shared)
{
    [Fact]
    public async Task Every_metric_of_the_dashboard_is_told_by_a_running_application()
    {
        var (alice, _, room) = await shared.Host.Pair();
        await room.As(alice).Send("counted");
        await room.As(alice).TrySend("");
        var dashboard = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Driver.Checkout.Root, "deploy/observability/grafana/orleans-social.json"))).RootElement;
        var names = dashboard.GetProperty("panels").EnumerateArray().SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
            .SelectMany(target => Names(target.GetProperty("expr").GetString()!)).Distinct().ToList();

        // What is counted only when somebody comes too often, or of subscribers alone, has no line before.
        await Eventually(async () =>
        {
            var told = await shared.Host.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
            Assert.True(names.Count > 10);
            Assert.DoesNotContain(names, name => name is not ("social_rate_refused_total" or "social_events_lag_seconds") && !told.Contains($"\n{name}", StringComparison.Ordinal));
        });
    }

    [Fact]
    public void The_services_beside_the_application_listen_on_this_machine_alone_and_their_files_are_there()
    {
        var services = (YamlMappingNode)Read("compose.yaml")["services"];

        foreach (var (_, service) in services)
        {
            var parts = (YamlMappingNode)service;
            if (parts.Children.TryGetValue("ports", out var ports)) Assert.All((YamlSequenceNode)ports, port => Assert.StartsWith("127.0.0.1:", ((YamlScalarNode)port).Value, StringComparison.Ordinal));
            if (parts.Children.TryGetValue("volumes", out var volumes))
                Assert.All(((YamlSequenceNode)volumes).Select(volume => ((YamlScalarNode)volume).Value!.Split(':')[0]).Where(source => source.StartsWith('.')), source => Assert.True(File.Exists(Path.Combine(Driver.Checkout.Root, source)), source));
        }

        foreach (var file in (string[])["prometheus.yml", "grafana/datasource.yml", "grafana/dashboards.yml"]) Assert.NotEmpty(Read($"deploy/observability/{file}").Children);
    }

    private static IEnumerable<string> Names(string expression) => Metric().Matches(expression).Select(name => name.Value);

    private static YamlMappingNode Read(string path)
    {
        using var text = File.OpenText(Path.Combine(Driver.Checkout.Root, path));
        var yaml = new YamlStream();
        yaml.Load(text);
        return (YamlMappingNode)yaml.Documents[0].RootNode;
    }

    [GeneratedRegex("(?<!by \\()(social|http|dotnet)_[a-z0-9_]+_[a-z0-9_]*[a-z](?=[\\[{) ]|$)")]
    private static partial Regex Metric();
}
