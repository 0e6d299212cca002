using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OrleansSocial.Realtime;

namespace OrleansSocial.Architecture;

/// <summary>Every route declares who may use it, what it is charged to and how it refuses.</summary>
[Collection(SharedApplication.Name)]
public class RouteTable(SharedHost shared)
{
    private IReadOnlyList<RouteEndpoint> Routes { get; } = [.. shared.Host.Services.GetServices<EndpointDataSource>()
        .SelectMany(source => source.Endpoints)
        .OfType<RouteEndpoint>()
        .Where(e => e.RoutePattern.RawText?.StartsWith("/v1", StringComparison.Ordinal) == true)];

    private static IEnumerable<MethodInfo> HubMethods =>
        typeof(LiveHub).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(method => !method.IsSpecialName);

    [Fact]
    public void Every_route_declares_its_sign_in_its_rate_class_and_whether_it_is_repeated() => Assert.Empty(Routes.SelectMany(Undeclared));

    [Fact]
    public void What_only_reads_and_what_sets_or_removes_is_repeated_and_what_tries_a_password_or_a_token_is_not()
    {
        foreach (var route in Routes.Where(r => r.Metadata.GetMetadata<IHttpMethodMetadata>() is { HttpMethods: [var verb] } && verb is "GET" or "PUT" or "DELETE"))
            Assert.Equal("repeated", route.Metadata.GetMetadata<RepeatMetadata>()!.When);
        foreach (var path in (string[])["/v1/auth/login", "/v1/auth/refresh"])
            Assert.Equal("once", Routes.Single(r => r.RoutePattern.RawText == path).Metadata.GetMetadata<RepeatMetadata>()!.When);
        foreach (var route in Routes.Where(r => r.Metadata.GetMetadata<CreatesMetadata>() is not null && r.RoutePattern.RawText?.EndsWith("/messages", StringComparison.Ordinal) != true))
            Assert.Equal("repeated-with-key", route.Metadata.GetMetadata<RepeatMetadata>()!.When);
    }

    [Fact]
    public void A_route_that_declares_nothing_is_found()
    {
        var bare = new RouteEndpoint(_ => Task.CompletedTask, Microsoft.AspNetCore.Routing.Patterns.RoutePatternFactory.Parse("/v1/bare"), 0, EndpointMetadataCollection.Empty, null);

        Assert.Equal(3, Undeclared(bare).Count());
    }

    [Fact]
    public void Every_code_that_a_route_names_is_a_refusal_of_a_slice()
    {
        var known = OutwardContracts.AllRefusals().Select(r => r.Code).ToHashSet();

        Assert.All(Routes.SelectMany(r => r.Metadata.GetOrderedMetadata<RefusesMetadata>().SelectMany(m => m.Codes)), code => Assert.Contains(code, known));
    }

    [Fact]
    public void An_answer_that_its_route_does_not_declare_is_a_fault_where_that_is_demanded()
    {
        var route = Routes.First(r => r.Metadata.GetMetadata<RefusesMetadata>()?.Codes is [var only] && only == Chat.ChatRefusals.NotFound.Code);

        new DeclaredRefusals(demanded: true).Check(route, Chat.ChatRefusals.NotFound);
        new DeclaredRefusals(demanded: true).Check(route, CommonRefusals.Unavailable);
        new DeclaredRefusals(demanded: false).Check(route, Chat.ChatRefusals.Busy);
        Assert.Throws<InvalidOperationException>(() => new DeclaredRefusals(demanded: true).Check(route, Chat.ChatRefusals.Busy));
    }

    [Fact]
    public void Routes_as_the_world_sees_them() => Golden.Check("routes", Routes.Select(Describe).Concat(HubMethods.Select(Describe)).Order(StringComparer.Ordinal));

    [Fact]
    public async Task Every_property_in_the_documentation_has_a_type()
    {
        var document = JsonDocument.Parse(await shared.Host.Http.GetStringAsync("/openapi/v1.json")).RootElement;

        var untyped = from schema in document.GetProperty("components").GetProperty("schemas").EnumerateObject()
                      where schema.Value.TryGetProperty("properties", out _)
                      from property in schema.Value.GetProperty("properties").EnumerateObject()
                      let isArray = property.Value.TryGetProperty("type", out var type) && type.ToString() == "array"
                      where isArray ? !property.Value.TryGetProperty("items", out _) : !((string[])["type", "$ref", "oneOf", "enum"]).Any(k => property.Value.TryGetProperty(k, out _))
                      select $"{schema.Name}.{property.Name}";

        Assert.Empty(untyped);
        var records = document.GetProperty("components").GetProperty("schemas").GetProperty(nameof(LiveEvent)).GetProperty("properties").GetProperty("data").GetProperty("oneOf");
        Assert.Equal(LiveTypes.All.Select(type => type.Data.Name).Distinct().Order(StringComparer.Ordinal), records.EnumerateArray().Select(one => one.GetProperty("$ref").GetString()!.Split('/')[^1]));
    }

    private static IEnumerable<string> Undeclared(RouteEndpoint route)
    {
        var metadata = route.Metadata;
        var signed = metadata.GetMetadata<SignedMetadata>() is not null;
        var open = metadata.GetMetadata<PublicMetadata>() is not null;
        if (signed == open) yield return $"{route.RoutePattern.RawText}: declare it Signed() or Public()";
        else if (signed != metadata.GetOrderedMetadata<IAuthorizeData>().Any()) yield return $"{route.RoutePattern.RawText}: Signed() and authorization differ";
        if (metadata.GetMetadata<RateMetadata>() is null) yield return $"{route.RoutePattern.RawText}: declare its Limited(Rate)";
        if (metadata.GetMetadata<RepeatMetadata>() is null) yield return $"{route.RoutePattern.RawText}: declare it Repeated(), RepeatedWithKey() or Once()";
    }

    private static string Describe(RouteEndpoint route)
    {
        var metadata = route.Metadata;
        var verbs = string.Join('|', metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Order(StringComparer.Ordinal) ?? Enumerable.Repeat("ANY", 1));
        var auth = metadata.GetMetadata<SignedMetadata>() is null ? "public" : "signed";
        var rate = metadata.GetMetadata<RateMetadata>()?.Rate.ToString() ?? "-";
        var creates = metadata.GetMetadata<CreatesMetadata>() is null ? "" : " creates";
        var codes = string.Join(' ', metadata.GetOrderedMetadata<RefusesMetadata>().SelectMany(m => m.Codes).Order(StringComparer.Ordinal));
        var repeated = metadata.GetMetadata<RepeatMetadata>()?.When ?? "-";
        return $"{verbs} {route.RoutePattern.RawText} {auth} {rate} {repeated}{creates} {codes}".TrimEnd();
    }

    private static string Describe(MethodInfo method) =>
        $"HUB /v1/live {method.Name} {method.GetCustomAttribute<ChargedAttribute>()?.Rate.ToString() ?? "-"} {(method.IsDefined(typeof(RepeatedAttribute)) ? "repeated" : "once")}";
}
