using FsCheck;
using FsCheck.Fluent;

namespace Orleans.Bundled.Generator.Tests;

/// <summary>For any value that the generators of FsCheck come up with: what goes in comes out.</summary>
public sealed class PropertyTests
{
    [Fact]
    public void Any_text() => Holds<string>(Same);

    [Fact]
    public void Any_integer() => Holds<long>(value => Same(value) && Same((int)value) && Same((short)value) && Same((sbyte)value) && Same((ulong)value));

    [Fact]
    public void Any_fraction() => Holds<double>(value => Same(value) && Same((float)value));

    [Fact]
    public void Any_decimal() => Holds<decimal>(Same);

    [Fact]
    public void Any_time() => Holds<DateTime>(value => Same(value) && Same(value.TimeOfDay) && Same(DateOnly.FromDateTime(value)) && Same(TimeOnly.FromDateTime(value)));

    [Fact]
    public void Any_offset_time() => Holds<DateTimeOffset>(value => Same(value) && Bytes.RoundTrip(value).Offset == value.Offset);

    [Fact]
    public void Any_list_of_texts() => Holds<List<string?>>(value => value.SequenceEqual(Bytes.RoundTrip(value)) && value.SequenceEqual(Bytes.Copier.Copy(value)));

    [Fact]
    public void Any_dictionary() => Holds<Dictionary<int, string?>>(value => SamePairs(value, Bytes.RoundTrip(value)) && SamePairs(value, Bytes.Copier.Copy(value)));

    [Fact]
    public void Any_bytes() => Holds<byte[]>(value => value.SequenceEqual(Bytes.RoundTrip(value)) && value.SequenceEqual(Bytes.Copier.Copy(value)));

    [Fact]
    public void Any_record() => Holds<(string? Text, int Number, string[]? Tags)>(from =>
    {
        var value = new Letter(from.Text, from.Number, from.Tags?.ToList());
        return SameLetter(value, Bytes.RoundTrip(value)) && SameLetter(value, Bytes.Copier.Copy(value));
    });

    private static bool Same<T>(T value) => EqualityComparer<T>.Default.Equals(value, Bytes.RoundTrip(value));

    private static bool SamePairs(Dictionary<int, string?> one, Dictionary<int, string?> other) =>
        one.Count == other.Count && one.All(pair => other.TryGetValue(pair.Key, out var value) && value == pair.Value);

    private static bool SameLetter(Letter one, Letter other) =>
        one.Text == other.Text && one.Number == other.Number
        && (one.Tags is null ? other.Tags is null : other.Tags is not null && one.Tags.SequenceEqual(other.Tags));

    private static void Holds<T>(Func<T, bool> property) => Check.One(Config.QuickThrowOnFailure, Prop.ForAll(property));
}
