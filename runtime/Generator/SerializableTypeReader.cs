using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Orleans.Bundled.Generator;

/// <summary>Finds the members of a serializable type, with their ids, and what is wrong with them.</summary>
internal sealed class SerializableTypeReader(INamedTypeSymbol type, DiagnosticBag problems)
{
    private const string NonSerialized = "System.NonSerializedAttribute";

    private readonly List<SerializableMember> _members = [];
    // A class names its parameters like variables, a record like properties.
    private readonly Dictionary<string, uint> _positions = new(type.IsRecord ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase);
    private bool _publicProperties;

    /// <summary>Whether the members are the whole state of an object at this level: a copy of all fields is then a copy of the members.</summary>
    public bool IsWhole { get; private set; } = true;

    public List<SerializableMember> Read()
    {
        ReadAttribute();
        var members = type.GetMembers();
        var backing = new Dictionary<IPropertySymbol, IFieldSymbol>(SymbolEqualityComparer.Default);
        foreach (var member in members)
            if (member is IFieldSymbol { IsStatic: false, AssociatedSymbol: IPropertySymbol property } field) backing[property] = field;

        foreach (var member in members)
        {
            switch (member)
            {
                case IFieldSymbol { IsStatic: false, IsConst: false } field when field.AssociatedSymbol is not IPropertySymbol:
                    ReadField(field);
                    break;
                case IPropertySymbol { IsStatic: false, IsIndexer: false } property:
                    ReadProperty(property, backing.TryGetValue(property, out var behind) ? behind : null);
                    break;
            }
        }

        foreach (var position in _positions.Keys)
            if (!type.IsRecord) problems.Add(Diagnostics.ImplicitIds, type, position, "no property has the name of this parameter");

        CheckIds();
        return [.. _members.OrderBy(m => m.IsParameter ? 0 : 1).ThenBy(m => m.Id)];
    }

    private void ReadAttribute()
    {
        var attribute = type.Attribute("Orleans.GenerateSerializerAttribute");
        _publicProperties = attribute?.Named<int>("GenerateFieldIds") == 1;
        var constructor = type.InstanceConstructors.FirstOrDefault(c => c.DeclaringSyntaxReferences
            .Any(r => r.GetSyntax() is TypeDeclarationSyntax { ParameterList: not null }));
        if (constructor is null) return;
        if (!type.IsRecord) IsWhole = false;
        if (!(attribute?.Named<bool>("IncludePrimaryConstructorParameters") ?? type.IsRecord)) return;
        foreach (var parameter in constructor.Parameters) _positions[parameter.Name] = (uint)parameter.Ordinal;
    }

    private void ReadField(IFieldSymbol field)
    {
        if (field.Id() is { } id) Add(SerializableMember.OfField(field, id));
        else
        {
            IsWhole = false;
            if (!field.Has(NonSerialized) && !field.IsImplicitlyDeclared && field.AssociatedSymbol is null)
                problems.Add(Diagnostics.MissingId, field, type.Name + "." + field.Name);
        }
    }

    private void ReadProperty(IPropertySymbol property, IFieldSymbol? backing)
    {
        var explicitId = property.Id() ?? backing?.Id();
        var isPosition = _positions.TryGetValue(property.Name, out var position)
            && (type.IsRecord ? IsOfParameter(property) : true);
        if (isPosition) _positions.Remove(property.Name);

        if (explicitId is { } id)
        {
            if (property.IsAbstract) problems.Add(Diagnostics.AbstractMember, property, type.Name + "." + property.Name);
            else Add(SerializableMember.OfProperty(property, backing, id, isParameter: false), property);
        }
        else if (isPosition) Add(SerializableMember.OfProperty(property, backing, position, isParameter: true), property);
        else if (backing is not null && backing.Has(NonSerialized)) IsWhole = false;
        else if (_publicProperties && property is { DeclaredAccessibility: Accessibility.Public, GetMethod: not null, SetMethod: not null })
            Add(SerializableMember.OfProperty(property, backing, Names.HashCode(type.Name + "." + property.Name), isParameter: false), property);
        else if (backing is not null)
        {
            IsWhole = false;
            if (!_publicProperties) problems.Add(Diagnostics.MissingId, property, type.Name + "." + property.Name);
        }
    }

    // A property that is written out in the body of a record replaces the one its parameter would declare.
    private static bool IsOfParameter(IPropertySymbol property) =>
        property.DeclaringSyntaxReferences.Any(r => r.GetSyntax() is ParameterSyntax) || !property.IsImplicitlyDeclared;

    private void Add(SerializableMember? member, ISymbol? property = null)
    {
        var symbol = member?.Symbol ?? property!;
        if (member is null) problems.Add(Diagnostics.InaccessibleSetter, symbol, type.Name + "." + symbol.Name);
        else if (member.Type.IsStackOnly()) problems.Add(Diagnostics.StackOnly, symbol, symbol.Name, member.Type.ToDisplayString());
        else if (!member.Type.IsReachable()) problems.Add(Diagnostics.InaccessibleType, symbol, member.Type.ToDisplayString());
        else _members.Add(member);
    }

    private void CheckIds()
    {
        foreach (var clash in _members.GroupBy(m => (m.IsParameter, m.Id)).Where(g => g.Count() > 1))
        {
            var first = clash.First();
            foreach (var later in clash.Skip(1))
            {
                var name = type.Name + "." + later.Symbol.Name;
                if (later.Symbol.Id() is null && !later.IsParameter)
                    problems.Add(Diagnostics.ImplicitIds, later.Symbol, name, $"its hash is that of {first.Symbol.Name}");
                else
                    problems.Add(Diagnostics.IdClash, later.Symbol, name, later.Id.ToString(CultureInfo.InvariantCulture), first.Symbol.Name);
            }
        }
    }
}
