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
        typeof(Chat.ChatHub).GetMethods(BindingFlags.Public | BindingFlags.Instance).Where(method => method.DeclaringType!.IsAssignableTo(typeof(LiveHub)) && !method.IsSpecialName);

    [Fact]
    public void Every_route_declares_its_sign_in_its_rate_class_and_whether_it_is_repeated() => Assert.Empty(Routes.SelectMany(Undeclared));

    [Fact]
    public void What_only_reads_and_what_sets_or_removes_is_repeated_and_what_tries_a_password_or_a_token_is_not()
    {
        foreach (var route in Routes.Where(r => r.Metadata.GetMetadata<IHttpMethodMetadata>() is { HttpMethods: [var verb] } && verb is "GET" or "PUT" or "DELETE"))
            Assert.Equal(TakesIfMatch(route) ? "repeated-without-if-match" : "repeated", route.Metadata.GetMetadata<RepeatMetadata>()!.When);
        foreach (var route in Routes.Where(TakesIfMatch))
            Assert.Equal((true, "repeated-without-if-match"), (route.Metadata.GetMetadata<TaggedMetadata>() is not null, route.Metadata.GetMetadata<RepeatMetadata>()!.When));
        foreach (var path in (string[])["/v1/auth/login", "/v1/auth/refresh"])
            Assert.Equal("once", Routes.Single(r => r.RoutePattern.RawText == path).Metadata.GetMetadata<RepeatMetadata>()!.When);
        foreach (var route in Routes.Where(r => r.Metadata.GetMetadata<CreatesMetadata>() is not null && r.RoutePattern.RawText?.EndsWith("/messages", StringComparison.Ordinal) != true))
            Assert.Equal("repeated-with-key", route.Metadata.GetMetadata<RepeatMetadata>()!.When);
    }

    [Fact]
    public void Every_route_that_makes_something_says_how_its_key_is_kept_or_takes_none() => Assert.Empty(Routes.SelectMany(Unkept));

    [Fact]
    public void Every_route_that_makes_something_says_where_what_it_answers_with_is() => Assert.Empty(Routes.SelectMany(Misplaced));

    [Fact]
    public void A_route_that_places_another_thing_than_it_answers_with_or_makes_without_a_place_is_found()
    {
        Outcome<Users.ProfileView> One() => UsersAway();
        Outcome<Made<Users.ProfileView>> Made() => UsersAway();
        static Refusal UsersAway() => CommonRefusals.Unavailable;
        var (one, made) = (((Delegate)One).Method, ((Delegate)Made).Method);

        Assert.Empty(Misplaced(Bare(one, Creates<Users.ProfileView>(null))).Concat(Misplaced(Bare(made, Creates<Users.ProfileView>(null)))));
        Assert.Single(Misplaced(Bare(one, Creates<string>(null))));
        Assert.Single(Misplaced(Bare(made)));
    }

    [Theory]
    [InlineData("in the thing", false, 1)]
    [InlineData(null, true, 1)]
    [InlineData("in the thing", true, 0)]
    [InlineData(null, false, 0)]
    public void A_key_that_is_promised_and_not_taken_or_taken_and_not_kept_is_found(string? kept, bool taken, int faults)
    {
        var handler = taken ? ((Func<IdempotencyKey, int>)(_ => 0)).Method : ((Func<int>)(() => 0)).Method;

        Assert.Equal(faults, Unkept(Bare(handler, Creates<string>(kept))).Count());
        Assert.Equal(taken ? 1 : 0, Unkept(Bare(handler)).Count());
    }

    [Fact]
    public void A_route_that_declares_nothing_is_found() => Assert.Equal(4, Undeclared(Bare()).Count());

    [Fact]
    public void A_rate_class_that_has_no_limit_in_the_configuration_is_found()
    {
        Assert.DoesNotContain(Undeclared(Bare(new RateMetadata(Rate.Reads))), fault => fault.Contains("rate class", StringComparison.Ordinal));
        Assert.Contains("/v1/bare: declare its rate class Posts in a static field beside the routes", Undeclared(Bare(new RateMetadata(new("Posts", 30, 1)))));
    }

    [Fact]
    public void Every_code_that_a_hub_method_names_is_a_refusal_of_a_slice() => Assert.Empty(HubMethods.SelectMany(OutwardContracts.Misdeclared));

    [Fact]
    public void A_route_refuses_with_what_the_methods_it_asks_declare()
    {
        var send = Routes.Single(r => r.DisplayName!.StartsWith("HTTP: POST /v1/conversations/{id}/messages ", StringComparison.Ordinal));

        Assert.Equal(Refusals.Of(typeof(Chat.IConversationGrain), nameof(Chat.IConversationGrain.Send)).Prepend(CommonRefusals.TwoKeys), send.Metadata.DeclaredRefusals());
        Assert.Throws<InvalidOperationException>(() => Refusals.Of(typeof(Chat.IConversationGrain), "Shout"));
    }

    [Fact]
    public async Task The_documentation_names_the_problems_that_a_route_may_answer_and_no_others()
    {
        var paths = JsonDocument.Parse(await shared.Host.Http.GetStringAsync("/openapi/v1.json")).RootElement.GetProperty("paths");
        IEnumerable<string> Statuses(string path, string verb) => paths.GetProperty(path).GetProperty(verb).GetProperty("responses").EnumerateObject().Select(r => r.Name);

        Assert.Equal(["200", "400", "401", "404", "429", "503"], Statuses("/v1/conversations/{id}", "get"));
        Assert.Equal(["200", "304", "400", "401", "404", "429", "503"], Statuses("/v1/me", "get").Order());
        Assert.Equal(["200", "201", "400", "401", "404", "409", "413", "415", "422", "429", "503"], Statuses("/v1/conversations", "post"));
        Assert.Equal(["204", "400", "401", "429", "503"], Statuses("/v1/auth/logout", "post").Order());
        Assert.Equal(["201", "400", "409", "413", "415", "422", "429", "503"], Statuses("/v1/auth/register", "post"));
        Assert.Equal(["200", "400", "401", "429", "503"], Statuses("/v1/events/stream", "get"));
    }

    [Fact]
    public async Task Every_operation_has_a_name_of_its_own_and_tells_what_it_charges()
    {
        var operations = JsonDocument.Parse(await shared.Host.Http.GetStringAsync("/openapi/v1.json")).RootElement.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject()).Select(operation => operation.Value).ToList();

        var names = operations.Select(operation => operation.GetProperty("operationId").GetString()).ToList();

        Assert.Equal(names.Distinct(), names);
        Assert.Contains("chatMessage", names);
        Assert.All(operations, operation => Assert.Contains("RateLimit-Remaining", operation.GetProperty("responses").GetProperty("429").GetProperty("headers").EnumerateObject().Select(header => header.Name)));
        Assert.All(operations, operation => Assert.Contains("Retry-After", operation.GetProperty("responses").GetProperty("429").GetProperty("headers").EnumerateObject().Select(header => header.Name)));
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
                      where isArray ? !property.Value.TryGetProperty("items", out _) : !((string[])["type", "$ref", "anyOf", "enum"]).Any(k => property.Value.TryGetProperty(k, out _))
                      select $"{schema.Name}.{property.Name}";

        Assert.Empty(untyped);
        var records = document.GetProperty("components").GetProperty("schemas").GetProperty(nameof(LiveEvent)).GetProperty("properties").GetProperty("data").GetProperty("anyOf");
        Assert.Equal(LiveTypes.All.Select(type => type.Data.Name).Distinct().Order(StringComparer.Ordinal), records.EnumerateArray().Select(one => one.GetProperty("$ref").GetString()!.Split('/')[^1]));
    }

    private static IEnumerable<string> Undeclared(RouteEndpoint route)
    {
        var metadata = route.Metadata;
        var signed = metadata.GetMetadata<SignedMetadata>() is not null;
        var open = metadata.GetMetadata<PublicMetadata>() is not null;
        if (signed == open) yield return $"{route.RoutePattern.RawText}: declare it Signed() or Public()";
        else if (signed != metadata.GetOrderedMetadata<IAuthorizeData>().Any()) yield return $"{route.RoutePattern.RawText}: Signed() and authorization differ";
        if (metadata.GetMetadata<RateMetadata>()?.Rate is not { } rate) yield return $"{route.RoutePattern.RawText}: declare its Limited(Rate)";
        else if (Rates.All.GetValueOrDefault(rate.Name) != rate) yield return $"{route.RoutePattern.RawText}: declare its rate class {rate} in a static field beside the routes";
        if (metadata.GetMetadata<RepeatMetadata>() is null) yield return $"{route.RoutePattern.RawText}: declare it Repeated(), RepeatedWithKey() or Once()";
        if (metadata.GetMetadata<RefusesMetadata>() is null) yield return $"{route.RoutePattern.RawText}: declare what it Asks<IGrain>(method), or what it Refuses(…) itself";
    }

    private static CreatesMetadata Creates<T>(string? kept) => new(kept, typeof(T), _ => "/v1/bare");

    private static IEnumerable<string> Misplaced(RouteEndpoint route)
    {
        if (route.Metadata.GetMetadata<MethodInfo>() is not { } handler || OutcomeFilter.ValueOf(handler.ReturnType) is not { } value) yield break;
        var (thing, placed) = (OutcomeFilter.ThingOf(value), route.Metadata.GetMetadata<CreatesMetadata>()?.Thing);
        if (thing is not null && placed is null) yield return $"{route.RoutePattern.RawText}: declare what it Creates(…), with its location";
        if (placed is not null && placed != (thing ?? value)) yield return $"{route.RoutePattern.RawText}: it answers with {(thing ?? value).Name}; say where that is in Creates(…)";
    }

    private static bool TakesIfMatch(RouteEndpoint route) => route.Metadata.GetMetadata<MethodInfo>()?.GetParameters().Any(p => p.ParameterType == typeof(IfMatch)) == true;

    private static IEnumerable<string> Unkept(RouteEndpoint route)
    {
        var kept = route.Metadata.GetMetadata<CreatesMetadata>()?.KeyKept is not null;
        var taken = route.Metadata.GetMetadata<MethodInfo>()?.GetParameters().Any(p => p.ParameterType == typeof(IdempotencyKey)) == true;
        if (kept && !taken) yield return $"{route.RoutePattern.RawText}: its handler takes no IdempotencyKey, so declare it Creates(keyKept: null)";
        if (taken && !kept) yield return $"{route.RoutePattern.RawText}: say where its key is kept for ever, Creates(keyKept: …), or take no IdempotencyKey";
    }

    private static RouteEndpoint Bare(params object[] metadata) =>
        new(_ => Task.CompletedTask, Microsoft.AspNetCore.Routing.Patterns.RoutePatternFactory.Parse("/v1/bare"), 0, new EndpointMetadataCollection(metadata), null);

    private static string Describe(RouteEndpoint route)
    {
        var metadata = route.Metadata;
        var verbs = string.Join('|', metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Order(StringComparer.Ordinal) ?? Enumerable.Repeat("ANY", 1));
        var auth = metadata.GetMetadata<AdminMetadata>() is not null ? "admin" : metadata.GetMetadata<SignedMetadata>() is null ? "public" : "signed";
        var rate = metadata.GetMetadata<RateMetadata>()?.Rate.ToString() ?? "-";
        var creates = metadata.GetMetadata<CreatesMetadata>() switch { null => "", { KeyKept: { } kept } => $" creates(key {kept})", _ => " creates" };
        var repeated = metadata.GetMetadata<RepeatMetadata>()?.When ?? "-";
        var name = metadata.GetMetadata<MethodInfo>() is { } handler ? $" {DocumentShape.NameOf(handler)}" : "";
        return $"{verbs} {route.RoutePattern.RawText}{name} {auth} {rate} {repeated}{creates} {Codes(metadata.DeclaredRefusals())}".TrimEnd();
    }

    private static string Describe(MethodInfo method)
    {
        var declared = HubDeclaration.Of(method);
        return $"HUB /v1/live {method.Name} {declared.Rate?.ToString() ?? "-"} {(declared.Repeated ? "repeated" : "once")} {Codes(declared.Refusals)}".TrimEnd();
    }

    private static string Codes(IEnumerable<Refusal> refusals) => string.Join(' ', refusals.Select(refusal => refusal.Code));
}
