using Microsoft.CodeAnalysis;

namespace Orleans.Bundled.Generator;

/// <summary>
/// One member that takes part in copying and serialization: how generated code reads and writes it. What the language does not
/// let it reach goes through an accessor method that the run-time binds by name.
/// </summary>
internal sealed class SerializableMember
{
    private readonly ISymbol _symbol;
    private readonly IFieldSymbol? _field;
    private readonly IPropertySymbol? _property;
    private readonly bool _isStruct;
    private readonly string _owner;

    private SerializableMember(ISymbol symbol, IFieldSymbol? field, uint id, bool isParameter)
    {
        _symbol = symbol;
        _field = field;
        _property = symbol as IPropertySymbol;
        _isStruct = symbol.ContainingType.IsValueType;
        _owner = Names.Full(symbol.ContainingType);
        Id = id;
        IsParameter = isParameter;
        Type = _property?.Type ?? field!.Type;
    }

    public uint Id { get; }

    /// <summary>Whether the id is the position of a primary constructor parameter, which is a space of its own.</summary>
    public bool IsParameter { get; }

    public ITypeSymbol Type { get; }

    public ISymbol Symbol => _symbol;

    public string TypeName => Names.Full(Type);

    public bool IsImmutable => Type.IsImmutable() || _symbol.Has("Orleans.ImmutableAttribute");

    /// <summary>Prefixes accessor names: two members of a type never share one.</summary>
    private string Suffix => _symbol.Name.Replace('.', '_');

    private bool ReadsDirectly => _property is { GetMethod: { } getter } ? Symbols.IsReachable(getter.DeclaredAccessibility) && IsPlain
        : _property is null && Symbols.IsReachable(_field!.DeclaredAccessibility);

    private bool WritesDirectly => _property is { SetMethod: { IsInitOnly: false } setter } ? Symbols.IsReachable(setter.DeclaredAccessibility) && IsPlain
        : _property is null && !_field!.IsReadOnly && Symbols.IsReachable(_field.DeclaredAccessibility);

    // An explicit implementation cannot be named on the type.
    private bool IsPlain => _property!.ExplicitInterfaceImplementations.IsEmpty;

    public static SerializableMember OfField(IFieldSymbol field, uint id) => new(field, field, id, isParameter: false);

    /// <summary>A property; null when it cannot be both read and set, by whatever means.</summary>
    public static SerializableMember? OfProperty(IPropertySymbol property, IFieldSymbol? backing, uint id, bool isParameter) =>
        backing is not null || (property.GetMethod is not null && property.SetMethod is not null)
            ? new(property, backing, id, isParameter)
            : null;

    public string Read(string target)
    {
        if (ReadsDirectly) return $"{target}.{Names.Identifier(_symbol.Name)}";
        return _field is not null ? $"Field_{Suffix}({Pass(target)})" : $"Get_{Suffix}({Pass(target)})";
    }

    public string Write(string target, string value)
    {
        if (WritesDirectly) return $"{target}.{Names.Identifier(_symbol.Name)} = {value};";
        return _field is not null ? $"Field_{Suffix}({Pass(target)}) = {value};" : $"Set_{Suffix}({Pass(target)}, {value});";
    }

    /// <summary>The accessor methods that <see cref="Read"/> and <see cref="Write"/> name.</summary>
    public void WriteAccessors(SourceWriter source)
    {
        if (ReadsDirectly && WritesDirectly) return;
        var target = (_isStruct ? "ref " : "") + _owner + " target";
        if (_field is not null)
        {
            Accessor(source, "Field", _field.Name, $"ref {TypeName} Field_{Suffix}({target})");
            return;
        }

        if (!ReadsDirectly) Accessor(source, "Method", _property!.GetMethod!.MetadataName, $"{TypeName} Get_{Suffix}({target})");
        if (!WritesDirectly) Accessor(source, "Method", _property!.SetMethod!.MetadataName, $"void Set_{Suffix}({target}, {TypeName} value)");
    }

    private static void Accessor(SourceWriter source, string kind, string name, string signature)
    {
        const string Space = "global::System.Runtime.CompilerServices.";
        source.Line($"[{Space}UnsafeAccessor({Space}UnsafeAccessorKind.{kind}, Name = {Names.Literal(name)})]");
        source.Line("private static extern " + signature + ";");
    }

    private string Pass(string target) => _isStruct ? "ref " + target : target;
}
