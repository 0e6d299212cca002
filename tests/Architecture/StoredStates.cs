using System.Collections;
using System.Reflection;
using System.Text;

namespace OrleansSocial.Architecture;

/// <summary>What rows of grain state hold, byte for byte: this version reads what an earlier one wrote.</summary>
public class StoredStates
{
    private static readonly MethodInfo s_serialize = typeof(StateSerializer).GetMethod(nameof(StateSerializer.Serialize))!;
    private static readonly MethodInfo s_deserialize = typeof(StateSerializer).GetMethod(nameof(StateSerializer.Deserialize))!;

    public static TheoryData<string> Names { get; } = [.. States().Select(s => s.Name)];

    [Fact]
    public void Rows() => Golden.Check("states", States().Select(s => $"{s.Name}: {Encoding.UTF8.GetString(Bytes(s.Type, Filled(s.Type)))}"));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_row_is_read_as_what_was_written(string name)
    {
        var type = States().Single(s => s.Name == name).Type;
        var bytes = Bytes(type, Filled(type));

        var read = s_deserialize.MakeGenericMethod(type).Invoke(new StateSerializer(), [new BinaryData(bytes)]);

        Assert.Equal(bytes, Bytes(type, read!));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_row_of_an_earlier_or_a_later_version_is_read(string name)
    {
        var type = States().Single(s => s.Name == name).Type;
        var serializer = new StateSerializer();

        Assert.NotNull(s_deserialize.MakeGenericMethod(type).Invoke(serializer, [new BinaryData("{}"u8.ToArray())]));
        Assert.NotNull(s_deserialize.MakeGenericMethod(type).Invoke(serializer, [new BinaryData("""{"Later":{"X":[1]}}"""u8.ToArray())]));
    }

    [Fact]
    public void A_class_without_a_contract_is_refused() =>
        Assert.ThrowsAny<System.Text.Json.JsonException>(() => new StateSerializer().Serialize(new StringBuilder("no contract")));

    // Every state of every grain class, by the name it is stored under.
    private static IEnumerable<(string Name, Type Type)> States() => typeof(KernelModule).Assembly.GetTypes()
        .SelectMany(t => t.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
        .SelectMany(c => c.GetParameters())
        .Where(p => p.IsDefined(typeof(PersistentStateAttribute)))
        .Select(p => (p.GetCustomAttribute<PersistentStateAttribute>()!.StateName, p.ParameterType.GetGenericArguments()[0]))
        .OrderBy(s => s.StateName, StringComparer.Ordinal);

    private static byte[] Bytes(Type type, object value) =>
        ((BinaryData)s_serialize.MakeGenericMethod(type).Invoke(new StateSerializer(), [value])!).ToArray();

    // A value of the type with something in each member.
    private static object Filled(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner) return Filled(inner);
        if (type == typeof(string)) return "naïve \"text\" <👋🏽>";
        if (type == typeof(byte[])) return new byte[] { 0, 127, 255 };
        if (type == typeof(Guid)) return new Guid("00112233-4455-6677-8899-aabbccddeeff");
        if (type == typeof(DateTimeOffset)) return new DateTimeOffset(2030, 2, 3, 4, 5, 6, 789, TimeSpan.Zero);
        if (type == typeof(bool)) return true;
        if (type.IsPrimitive) return Convert.ChangeType(42, type, System.Globalization.CultureInfo.InvariantCulture);
        if (type.IsGenericType && typeof(IList).IsAssignableFrom(type))
        {
            var list = (IList)Activator.CreateInstance(type)!;
            list.Add(Filled(type.GetGenericArguments()[0]));
            return list;
        }

        if (type.GetConstructor([typeof(Guid)]) is { } ofGuid) return ofGuid.Invoke([Filled(typeof(Guid))]);
        var value = Activator.CreateInstance(type)!;
        foreach (var member in type.GetProperties().Where(p => p.IsDefined(typeof(IdAttribute)))) member.SetValue(value, Filled(member.PropertyType));
        return value;
    }
}
