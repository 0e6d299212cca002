namespace Orleans;

/// <summary>How members without an <see cref="IdAttribute"/> get their ids.</summary>
public enum GenerateFieldIds
{
    /// <summary>Only members that carry an id (and the primary constructor parameters of records) are serialized.</summary>
    None,

    /// <summary>Public properties get an id made of the type's and the property's name; two that collide do not compile.</summary>
    PublicProperties,
}

/// <summary>Asks for a codec and a copier of the type; without it a value of the type cannot cross a grain call.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum)]
public sealed class GenerateSerializerAttribute : Attribute
{
    /// <summary>
    /// Whether primary constructor parameters are serialized with their position as id: by default for records, not for classes.
    /// </summary>
    public bool IncludePrimaryConstructorParameters { get; init; }

    /// <summary>How members without an id get one.</summary>
    public GenerateFieldIds GenerateFieldIds { get; init; }
}

/// <summary>
/// Names a member on the wire. Ids are unique within one level of an inheritance chain, and never reused for another meaning.
/// </summary>
[AttributeUsage(
    AttributeTargets.Field | AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum
    | AttributeTargets.Method | AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class IdAttribute(uint id) : Attribute
{
    /// <summary>The member's id.</summary>
    public uint Id { get; } = id;
}

/// <summary>
/// Names a type, interface or method on the wire, so that it may be renamed or moved. Aliases of types are unique in a process;
/// the alias of a generic type ends in its arity, as in <c>page`1</c>.
/// </summary>
[AttributeUsage(
    AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum | AttributeTargets.Method | AttributeTargets.Interface,
    AllowMultiple = true, Inherited = false)]
public sealed class AliasAttribute(string alias) : Attribute
{
    /// <summary>The name.</summary>
    public string Alias { get; } = alias;
}

/// <summary>
/// Promises that values are never changed once made, so that a call passes them by reference instead of copying them.
/// The promise is not checked.
/// </summary>
[AttributeUsage(
    AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Property | AttributeTargets.Field
    | AttributeTargets.Parameter | AttributeTargets.ReturnValue,
    Inherited = false)]
public sealed class ImmutableAttribute : Attribute;

/// <summary>How long a caller of this grain method waits for its answer, instead of the host's default.</summary>
/// <param name="timeout">A time span as text, for instance <c>00:00:05</c>.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ResponseTimeoutAttribute(string timeout) : Attribute
{
    /// <summary>The wait.</summary>
    public TimeSpan? Timeout { get; init; } = TimeSpan.Parse(timeout, System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>Registers a class that implements <see cref="IConverter{TValue,TSurrogate}"/>.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct)]
public sealed class RegisterConverterAttribute : Attribute;

/// <summary>
/// The type's values are not remembered while a graph is copied or serialized: one that occurs twice arrives as two, and a
/// cycle through them is an error.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class SuppressReferenceTrackingAttribute : Attribute;

/// <summary>Members that hold the default of their type are left out of the bytes.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct)]
public sealed class OmitDefaultMemberValuesAttribute : Attribute;

/// <summary>Serializes values of a type that cannot be annotated, by way of one that can.</summary>
/// <typeparam name="TValue">The foreign type.</typeparam>
/// <typeparam name="TSurrogate">A <see cref="GenerateSerializerAttribute"/> struct that carries the same content.</typeparam>
public interface IConverter<TValue, TSurrogate>
    where TSurrogate : struct
{
    /// <summary>Makes the value again.</summary>
    TValue ConvertFromSurrogate(in TSurrogate surrogate);

    /// <summary>Takes the content of a value.</summary>
    TSurrogate ConvertToSurrogate(in TValue value);
}

/// <summary>
/// Completes a converter of a class that others derive from: fills the base level of an object that exists already.
/// </summary>
/// <typeparam name="TValue">The foreign type.</typeparam>
/// <typeparam name="TSurrogate">The struct that carries its content.</typeparam>
public interface IPopulator<TValue, TSurrogate>
    where TSurrogate : struct
    where TValue : class
{
    /// <summary>Puts the content into <paramref name="value"/>.</summary>
    void Populate(in TSurrogate surrogate, TValue value);
}
