using System.Reflection;
using System.Text.Json;
using System.Xml.Linq;

namespace OrleansSocial.Realtime;

/// <summary>What the hub offers, as its code says: methods, what they answer and refuse, events and the records that these carry.</summary>
/// <remarks>Words come from the documentation that is built beside each assembly.</remarks>
internal sealed class HubReference
{
    private static readonly NullabilityInfoContext s_nullability = new();

    private readonly Dictionary<string, string> _words = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Type> _records = new(StringComparer.Ordinal);

    /// <summary>Reads a hub.</summary>
    public HubReference(Type hub)
    {
        foreach (var assembly in new[] { hub.Assembly, typeof(LiveEvent).Assembly }) ReadWords(assembly);
        Methods = [.. hub.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Concat(typeof(LiveHub).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(method => !method.IsSpecialName && method.Name != nameof(LiveHub.Refuse))
            .OrderBy(method => method.Name, StringComparer.Ordinal)
            .Select(Read)];
        Events = [.. LiveTypes.All.Select(type => (type.Name, NameOf(type.Data)))];

        // Naming the members of a record may find others.
        var named = new SortedDictionary<string, HubRecord>(StringComparer.Ordinal);
        while (_records.FirstOrDefault(record => !named.ContainsKey(record.Key)) is { Key: not null } next) named[next.Key] = Read(next.Value);
        Records = [.. named.Values];
    }

    /// <summary>What clients may call, by name.</summary>
    public IReadOnlyList<HubMethod> Methods { get; }

    /// <summary>What clients are told, by type, with the record that is its data.</summary>
    public IReadOnlyList<(string Type, string Data)> Events { get; }

    /// <summary>Every record that is named.</summary>
    public IReadOnlyList<HubRecord> Records { get; }

    private HubMethod Read(MethodInfo method)
    {
        var declared = HubDeclaration.Of(method);
        return new(
            method.Name,
            [.. method.GetParameters().Select(parameter => new HubMember(parameter.Name!, NameOf(parameter.ParameterType, s_nullability.Create(parameter).WriteState == NullabilityState.Nullable)))],
            NameOf(Answer(method.ReturnType)),
            _words.GetValueOrDefault($"M:{method.DeclaringType!.FullName}.{method.Name}", ""),
            declared.Rate?.Name,
            declared.Repeated,
            declared.Refusals);
    }

    private HubRecord Read(Type type)
    {
        var words = _words.GetValueOrDefault($"T:{type.FullName}", "");
        return type.IsEnum
            ? new(NameOf(type), words, [], [.. Enum.GetNames(type).Select(JsonNamingPolicy.CamelCase.ConvertName)])
            : new(NameOf(type), words, [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(member => member.GetIndexParameters().Length == 0 && !member.IsDefined(typeof(System.Text.Json.Serialization.JsonIgnoreAttribute)))
                .Select(member => new HubMember(
                    JsonNamingPolicy.CamelCase.ConvertName(member.Name),
                    NameOf(member.PropertyType, s_nullability.Create(member).ReadState == NullabilityState.Nullable),
                    _words.GetValueOrDefault($"P:{type.FullName}.{member.Name}") ?? _words.GetValueOrDefault($"T:{type.FullName}#{member.Name}", "")))], []);
    }

    private static Type Answer(Type returned) => returned switch
    {
        { IsGenericType: true } when returned.GetGenericTypeDefinition() == typeof(Task<>) => Answer(returned.GetGenericArguments()[0]),
        { IsGenericType: true } when returned.GetGenericTypeDefinition() == typeof(HubAnswer<>) => returned.GetGenericArguments()[0],
        _ when returned == typeof(CatchUpAnswer) => typeof(CatchUp),
        _ => returned,
    };

    private string NameOf(Type type, bool nullable = false)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner) return NameOf(inner) + " or null";
        var name = type switch
        {
            _ when type == typeof(string) => "text",
            _ when type == typeof(bool) => "true or false",
            _ when type == typeof(object) => "object",
            _ when type == typeof(Guid) || type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEntityId<>)) => "UUID",
            _ when type == typeof(DateTimeOffset) => "time",
            { IsPrimitive: true } => "number",
            _ when ElementOf(type) is { } element => $"list of {NameOf(element)}",
            { IsGenericType: true } => $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]} of {NameOf(type.GetGenericArguments()[0])}",
            _ => type.Name,
        };
        if (name == type.Name && type.Assembly.GetName().Name?.StartsWith("OrleansSocial", StringComparison.Ordinal) == true) _records.TryAdd(name, type);
        else if (type.IsGenericType && ElementOf(type) is null) _records.TryAdd(name, type);
        return nullable ? name + " or null" : name;
    }

    private static Type? ElementOf(Type type) => type.IsArray ? type.GetElementType()
        : type == typeof(string) ? null
        : type.GetInterfaces().Append(type).FirstOrDefault(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEnumerable<>))?.GetGenericArguments()[0];

    private void ReadWords(Assembly assembly)
    {
        var file = Path.ChangeExtension(assembly.Location, ".xml");
        if (!File.Exists(file)) return;
        foreach (var member in XDocument.Load(file).Descendants("member"))
        {
            var name = member.Attribute("name")!.Value;
            var at = name.IndexOf('(', StringComparison.Ordinal);
            _words[at < 0 ? name : name[..at]] = Words(member.Element("summary"));
            foreach (var parameter in member.Elements("param")) _words[$"{name}#{parameter.Attribute("name")!.Value}"] = Words(parameter);
        }
    }

    private static string Words(XElement? element) =>
        element is null ? "" : string.Join(' ', string.Concat(element.Nodes().Select(Text)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" or "paramref" } named => (named.Attribute("cref") ?? named.Attribute("name"))?.Value.Split('.', ':')[^1] ?? "",
        XElement element => element.Value,
        _ => "",
    };
}

/// <summary>A method of the hub.</summary>
internal sealed record HubMethod(string Name, IReadOnlyList<HubMember> Arguments, string Answer, string Words, string? Rate, bool Repeated, IReadOnlyList<Refusal> Refusals);

/// <summary>A record that the hub takes or gives; of an enumeration its values.</summary>
internal sealed record HubRecord(string Name, string Words, IReadOnlyList<HubMember> Members, IReadOnlyList<string> Values);

/// <summary>A member of a record, or an argument.</summary>
internal sealed record HubMember(string Name, string Type, string Words = "");
