using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Orleans.Concurrency;

namespace OrleansSocial.Architecture;

/// <summary>What others rely on stands in one text file each.</summary>
public class OutwardContracts
{
    private static readonly Assembly s_interfaces = typeof(Kernel.Refusal).Assembly;

    [Fact]
    public void Grain_contracts() => Golden.Check("grain-contracts", s_interfaces.GetTypes()
        .Where(t => t.IsInterface && typeof(IAddressable).IsAssignableFrom(t))
        .OrderBy(t => t.FullName, StringComparer.Ordinal)
        .SelectMany(DescribeGrain)
        .Concat(s_interfaces.GetTypes()
            .Where(t => t.GetCustomAttribute<GenerateSerializerAttribute>() is not null)
            .OrderBy(t => t.FullName, StringComparer.Ordinal)
            .SelectMany(DescribeRecord)), AliasIn);

    [Fact]
    public void Enums() => Golden.Check("enums", new[] { s_interfaces, typeof(Kernel.Database).Assembly }
        .SelectMany(a => a.GetTypes())
        .Where(t => t.IsEnum)
        .OrderBy(t => t.FullName, StringComparer.Ordinal)
        .SelectMany(t => Enum.GetValues(t).Cast<Enum>().Select(value => string.Create(CultureInfo.InvariantCulture, $"  {value:D} {value}")).Prepend(t.FullName!)));

    [Fact]
    public void Events() => Golden.Check("events", LiveTypes.All.SelectMany(type => DescribeRecord(type.Data).Skip(1).Prepend($"told {type.Name}"))
        .Concat(new EventCatalog([new(s_interfaces)]).All.OrderBy(e => e.Alias, StringComparer.Ordinal).SelectMany(e => DescribeRecord(e.Record).Skip(1).Prepend($"logged {e.Alias}"))), line => line.Split(':')[0]);

    [Fact]
    public void Every_method_and_record_that_crosses_the_wire_has_an_alias()
    {
        var without = s_interfaces.GetTypes().Where(t => t.IsInterface && typeof(IAddressable).IsAssignableFrom(t))
            .SelectMany(t => t.GetMethods().Where(m => Alias(m) is null).Select(m => $"{t.Name}.{m.Name}"))
            .Concat(s_interfaces.GetTypes().Where(t => t.GetCustomAttribute<GenerateSerializerAttribute>() is not null && Alias(t) is null).Select(t => t.Name));

        Assert.Empty(without);
    }

    [Fact]
    public void Refusal_codes()
    {
        var refusals = Kernel.Refusals.All;

        var declared = s_interfaces.GetTypes().SelectMany(t => t.GetFields(BindingFlags.Public | BindingFlags.Static)).Count(f => f.FieldType == typeof(Kernel.Refusal));
        Assert.True(refusals.Count == declared, "two refusals have the same code, or one stands outside a class …Refusals");
        Golden.Check("refusal-codes", refusals.OrderBy(r => r.Code, StringComparer.Ordinal)
            .Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Code} {(int)r.Kind} {r.Message}")), line => line.Split(' ')[0]);
    }

    [Fact]
    public void Options() => Golden.Check("options", Host.SocialOptions.All.Select(one => one.Type)
        .OrderBy(t => t.FullName, StringComparer.Ordinal)
        .SelectMany(DescribeOptions));

    [Fact]
    public void Every_code_that_a_method_declares_is_a_refusal_of_a_slice()
    {
        Assert.Empty(s_interfaces.GetTypes().Where(t => t.IsInterface).SelectMany(t => t.GetMethods()).SelectMany(Misdeclared));
        Assert.Equal(
            [
                "ICareless.Ask: chat.no_such_thing is the refusal of no slice", "ICareless.Ask: chat.not_found is declared twice",
                "ICareless.Ask: service.unavailable needs no declaration", "ICareless.Tell: answers no outcome and refuses nothing",
            ],
            typeof(ICareless).GetMethods().SelectMany(Misdeclared));
    }

    /// <summary>What is wrong with the refusals that a method declares, a sentence each.</summary>
    internal static IEnumerable<string> Misdeclared(MethodInfo method)
    {
        if (method.GetCustomAttribute<Kernel.RefusesAttribute>() is not { } declared) yield break;
        var (known, name) = (Kernel.Refusals.All.Select(r => r.Code).ToHashSet(), $"{method.DeclaringType!.Name}.{method.Name}");
        foreach (var code in declared.Codes.Where(code => !known.Contains(code))) yield return $"{name}: {code} is the refusal of no slice";
        foreach (var (code, _) in declared.Codes.CountBy(code => code).Where(counted => counted.Value > 1)) yield return $"{name}: {code} is declared twice";
        if (declared.Codes.Contains(Kernel.CommonRefusals.Unavailable.Code)) yield return $"{name}: service.unavailable needs no declaration";
        var answer = method.ReturnType is { IsGenericType: true } task && typeof(Task).IsAssignableFrom(task) ? task.GetGenericArguments()[0] : method.ReturnType;
        if (!typeof(Kernel.IOutcome).IsAssignableFrom(answer)) yield return $"{name}: answers no outcome and refuses nothing";
    }

    // An owner's line is "its name (its alias)", a member's "its alias or number: what it is".
    private static string AliasIn(string line) => line.EndsWith(')') && !line.Contains(": ", StringComparison.Ordinal) ? line.Split('(', ')')[^2] : line.Split(':')[0];

    private static IEnumerable<string> DescribeGrain(Type grain)
    {
        yield return $"{grain.FullName} ({Alias(grain)})";
        foreach (var method in grain.GetMethods().OrderBy(m => Alias(m), StringComparer.Ordinal))
        {
            var options = new[]
            {
                method.IsDefined(typeof(OneWayAttribute)) ? "one-way" : null,
                method.IsDefined(typeof(ReadOnlyAttribute)) ? "read-only" : null,
                method.IsDefined(typeof(AlwaysInterleaveAttribute)) ? "interleaves" : null,
                method.IsDefined(typeof(Kernel.ClusterOnlyAttribute)) ? "cluster-only" : null,
            };
            var parameters = string.Join(", ", method.GetParameters().Select(p => $"{Name(p.ParameterType)} {p.Name}"));
            var refuses = method.GetCustomAttribute<Kernel.RefusesAttribute>() is { } declared ? $" refuses {string.Join(' ', declared.Codes)}" : "";
            yield return $"  {string.Join(' ', [$"{Alias(method)}: {Name(method.ReturnType)} {method.Name}({parameters})", .. options.OfType<string>()])}{refuses}";
        }
    }

    private static IEnumerable<string> DescribeRecord(Type type)
    {
        yield return $"{type.FullName} ({Alias(type)})";
        const BindingFlags Own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        var members = type.GetMembers(Own).Select(m => (Member: m, m.GetCustomAttribute<IdAttribute>()?.Id)).Where(m => m.Id is not null);
        foreach (var (member, id) in members.OrderBy(m => m.Id))
            yield return $"  {id}: {Name(member is PropertyInfo p ? p.PropertyType : ((FieldInfo)member).FieldType)} {member.Name}";
    }

    private static IEnumerable<string> DescribeOptions(Type type) => DescribeOption("", Activator.CreateInstance(type)!).Prepend(type.FullName!);

    private static IEnumerable<string> DescribeOption(string path, object holder) => DescribeProperties(path, holder)
        .Concat(holder is not Kernel.INamedOptions named ? [] : named.Names.Select(name => (Name: name, Lines: DescribeOption($"{path}{name}:", named.Find(name)!).ToList())))
        .OrderBy(part => part.Name, StringComparer.Ordinal)
        .SelectMany(part => part.Lines);

    private static IEnumerable<(string Name, List<string> Lines)> DescribeProperties(string path, object holder)
    {
        foreach (var property in holder.GetType().GetProperties().Where(p => p.CanWrite))
        {
            var range = property.GetCustomAttribute<RangeAttribute>() is { } r
                ? string.Create(CultureInfo.InvariantCulture, $" [{r.Minimum}..{r.Maximum}]") : "";
            yield return (property.Name, [string.Create(CultureInfo.InvariantCulture, $"  {path}{property.Name}: {Name(property.PropertyType)} = {property.GetValue(holder) ?? "null"}{range}")]);
        }
    }

    private interface ICareless
    {
        [Kernel.Refuses("chat.not_found", "chat.no_such_thing", "chat.not_found", "service.unavailable")]
        Task<Kernel.Outcome<Kernel.Done>> Ask();

        [Kernel.Refuses("chat.not_found")]
        Task Tell();
    }

    private static string? Alias(MemberInfo member) => member.GetCustomAttributes<AliasAttribute>().FirstOrDefault()?.Alias;

    private static string Name(Type type) => type.IsGenericType
        ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
        : type.Name;
}
