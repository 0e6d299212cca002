using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Orleans.Conformance.Compatibility;

/// <summary>The public API of an assembly as text: a line a type, a line a member, in an order that does not change by itself.</summary>
internal static class ApiText
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<Type, string> s_keywords = new()
    {
        [typeof(void)] = "void", [typeof(object)] = "object", [typeof(string)] = "string", [typeof(bool)] = "bool", [typeof(char)] = "char",
        [typeof(byte)] = "byte", [typeof(sbyte)] = "sbyte", [typeof(short)] = "short", [typeof(ushort)] = "ushort", [typeof(int)] = "int",
        [typeof(uint)] = "uint", [typeof(long)] = "long", [typeof(ulong)] = "ulong", [typeof(float)] = "float", [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
    };

    private static readonly NullabilityInfoContext s_nullability = new();

    public static IEnumerable<string> Of(Assembly assembly)
    {
        yield return $"# {assembly.GetName().Name}";
        foreach (var type in assembly.GetTypes().Where(IsVisible).OrderBy(Name, StringComparer.Ordinal))
        {
            yield return TypeLine(type);
            var lines = type.IsEnum ? EnumLines(type) : typeof(Delegate).IsAssignableFrom(type) ? DelegateLines(type) : MemberLines(type);
            foreach (var line in lines) yield return "    " + line;
        }
    }

    private static bool IsVisible(Type type) =>
        type.DeclaringType is { } outer ? IsVisible(outer) && (type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem) : type.IsPublic;

    private static string TypeLine(Type type)
    {
        var kind = type.IsInterface ? "interface" : type.IsEnum ? "enum" : typeof(Delegate).IsAssignableFrom(type) ? "delegate"
            : type.IsValueType ? (type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly struct" : "struct")
            : type is { IsAbstract: true, IsSealed: true } ? "static class" : type.IsAbstract ? "abstract class" : type.IsSealed ? "sealed class" : "class";
        var bases = type.IsEnum || kind == "delegate" ? [] : type.GetInterfaces()
            .Where(i => i.IsVisible && type.BaseType?.GetInterfaces().Contains(i) != true)
            .Select(i => Name(i)).Order(StringComparer.Ordinal).ToList();
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) && bases is List<string> list && !type.IsEnum && kind != "delegate")
            list.Insert(0, Name(parent));
        return $"{kind} {Name(type)}{(bases.Count == 0 ? "" : " : " + string.Join(", ", bases))}{Constraints(type.GetGenericArguments())}";
    }

    private static IEnumerable<string> EnumLines(Type type) => Enum.GetNames(type)
        .Select(name => string.Create(CultureInfo.InvariantCulture, $"{name} = {Convert.ToInt64(Enum.Parse(type, name), CultureInfo.InvariantCulture)}"));

    private static IEnumerable<string> DelegateLines(Type type)
    {
        var invoke = type.GetMethod("Invoke")!;
        yield return $"{Typed(invoke.ReturnParameter)} Invoke({Parameters(invoke)})";
    }

    private static IEnumerable<string> MemberLines(Type type)
    {
        var lines = new List<string>();
        foreach (var constructor in type.GetConstructors(Declared).Where(IsVisible))
            lines.Add($"{Access(constructor)}new({Parameters(constructor)})");
        foreach (var field in type.GetFields(Declared).Where(f => f.IsPublic || f.IsFamily || f.IsFamilyOrAssembly))
        {
            var kind = field.IsLiteral ? "const " : (field.IsStatic ? "static " : "") + (field.IsInitOnly ? "readonly " : "");
            var value = field.IsLiteral ? " = " + Literal(field.GetRawConstantValue()) : "";
            lines.Add($"{(field.IsPublic ? "" : "protected ")}{kind}{Name(field.FieldType)}{Mark(s_nullability.Create(field))} {field.Name}{value}");
        }

        foreach (var property in type.GetProperties(Declared))
        {
            var accessors = property.GetAccessors(nonPublic: true).Where(IsVisible).ToList();
            if (accessors.Count == 0) continue;
            var get = accessors.Any(a => a == property.GetMethod) ? "get; " : "";
            var set = accessors.FirstOrDefault(a => a == property.SetMethod) is { } setter ? $"{(IsInit(setter) ? "init" : "set")}; " : "";
            var index = property.GetIndexParameters() is { Length: > 0 } parameters ? $"[{string.Join(", ", parameters.Select(Parameter))}]" : "";
            var required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
            lines.Add($"{Access(accessors[0])}{Modifiers(accessors[0])}{required}{Name(property.PropertyType)}{Mark(s_nullability.Create(property))} {property.Name}{index} {{ {get}{set}}}");
        }

        foreach (var member in type.GetEvents(Declared).Where(e => IsVisible(e.AddMethod!)))
            lines.Add($"{Access(member.AddMethod!)}event {Name(member.EventHandlerType!)} {member.Name}");
        foreach (var method in type.GetMethods(Declared).Where(m => IsVisible(m) && (!m.IsSpecialName || m.Name.StartsWith("op_", StringComparison.Ordinal))))
        {
            var generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Name))}>" : "";
            lines.Add($"{Access(method)}{Modifiers(method)}{Typed(method.ReturnParameter)} {method.Name}{generic}({Parameters(method)}){Constraints(method.GetGenericArguments())}");
        }

        return lines.Order(StringComparer.Ordinal);
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static string Modifiers(MethodInfo method) =>
        method.IsStatic ? (method.IsAbstract ? "static abstract " : "static ")
        : method.DeclaringType!.IsInterface ? (method.IsAbstract ? "" : "default ")
        : method.GetBaseDefinition() != method ? "override "
        : method.IsAbstract ? "abstract "
        : method is { IsVirtual: true, IsFinal: false } ? "virtual " : "";

    private static bool IsInit(MethodInfo setter) => setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));

    private static string Parameters(MethodBase method)
    {
        var extension = method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "";
        return extension + string.Join(", ", method.GetParameters().Select(Parameter));
    }

    private static string Parameter(ParameterInfo parameter)
    {
        var modifier = parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute)) ? "params " : "";
        var value = parameter.HasDefaultValue ? " = " + Literal(parameter.DefaultValue) : "";
        return $"{modifier}{Typed(parameter)} {parameter.Name}{value}";
    }

    private static string Typed(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (!type.IsByRef) return Name(type) + Mark(s_nullability.Create(parameter));
        var kind = parameter.IsOut ? "out " : parameter.IsIn ? "in " : "ref ";
        return kind + Name(type.GetElementType()!) + Mark(s_nullability.Create(parameter));
    }

    private static string Mark(NullabilityInfo nullability) =>
        nullability.Type is { IsValueType: false, IsGenericParameter: false } && (nullability.ReadState == NullabilityState.Nullable || nullability.WriteState == NullabilityState.Nullable) ? "?" : "";

    private static string Literal(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        Enum named => named.ToString(),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private static string Constraints(Type[] arguments)
    {
        var clauses = arguments.Where(a => a.IsGenericParameter).Select(argument =>
        {
            var parts = new List<string>();
            var flags = argument.GenericParameterAttributes;
            if (flags.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint)) parts.Add("struct");
            else if (flags.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint)) parts.Add("class");
            parts.AddRange(argument.GetGenericParameterConstraints().Where(c => c != typeof(ValueType)).Select(Name).Order(StringComparer.Ordinal));
            if (flags.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) && !parts.Contains("struct")) parts.Add("new()");
            return parts.Count == 0 ? "" : $" where {argument.Name} : {string.Join(", ", parts)}";
        });
        return string.Concat(clauses);
    }

    private static string Name(Type type)
    {
        if (s_keywords.TryGetValue(type, out var keyword)) return keyword;
        if (type.IsGenericParameter) return type.Name;
        if (type.IsArray) return Name(type.GetElementType()!) + $"[{new string(',', type.GetArrayRank() - 1)}]";
        if (Nullable.GetUnderlyingType(type) is { } underlying) return Name(underlying) + "?";
        var arguments = type.GetGenericArguments();
        var outer = type.DeclaringType is { } declaring ? declaring.IsGenericTypeDefinition && type.IsConstructedGenericType
            ? Name(declaring.MakeGenericType(arguments[..declaring.GetGenericArguments().Length])) + "."
            : Name(declaring) + "." : type.Namespace + ".";
        var own = arguments[(type.DeclaringType?.GetGenericArguments().Length ?? 0)..];
        var name = type.Name.Split('`')[0];
        return outer + name + (own.Length == 0 ? "" : $"<{string.Join(", ", own.Select(Name))}>");
    }
}
