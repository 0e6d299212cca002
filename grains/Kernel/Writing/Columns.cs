using System.Runtime.InteropServices;
using Npgsql;

namespace OrleansSocial.Kernel;

/// <summary>The parameters of a <see cref="Statement{T}"/>: <c>$1</c> is the first column that is named.</summary>
internal sealed class Columns<T>
{
    private readonly List<Func<List<T>, DateTimeOffset, NpgsqlParameter>> _all = [];

    public int Count => _all.Count;

    public static Columns<T> Of(Action<Columns<T>> naming)
    {
        var columns = new Columns<T>();
        naming(columns);
        return columns;
    }

    public Columns<T> Uuid(Func<T, Guid> of) => Add((rows, _) => Sql.Uuids(Each(rows, of)));

    public Columns<T> UuidOrNull(Func<T, Guid?> of) => Add((rows, _) => Sql.UuidsOrNull(Each(rows, of)));

    public Columns<T> Bigint(Func<T, long> of) => Add((rows, _) => Sql.Bigints(Each(rows, of)));

    public Columns<T> BigintOrNull(Func<T, long?> of) => Add((rows, _) => Sql.BigintsOrNull(Each(rows, of)));

    public Columns<T> Int(Func<T, int> of) => Add((rows, _) => Sql.Ints(Each(rows, of)));

    public Columns<T> Smallint(Func<T, short> of) => Add((rows, _) => Sql.Smallints(Each(rows, of)));

    public Columns<T> Text(Func<T, string?> of) => Add((rows, _) => Sql.Texts(Each(rows, of)));

    public Columns<T> Bytes(Func<T, byte[]> of) => Add((rows, _) => Sql.ManyBytes(Each(rows, of)));

    public Columns<T> Time(Func<T, DateTimeOffset?> of) => Add((rows, _) => Sql.TimesOrNull(Each(rows, row => of(row)?.UtcDateTime)));

    /// <summary>The time of the transaction: one value for all rows.</summary>
    public Columns<T> Now() => Add((_, at) => Sql.Time(at));

    /// <summary>Gives a command its parameters.</summary>
    public void AddTo(NpgsqlParameterCollection parameters, List<T> rows, DateTimeOffset at)
    {
        foreach (var column in _all) parameters.Add(column(rows, at));
    }

    private Columns<T> Add(Func<List<T>, DateTimeOffset, NpgsqlParameter> column)
    {
        _all.Add(column);
        return this;
    }

    private static TValue[] Each<TValue>(List<T> rows, Func<T, TValue> of)
    {
        var all = CollectionsMarshal.AsSpan(rows);
        var values = new TValue[all.Length];
        for (var i = 0; i < all.Length; i++) values[i] = of(all[i]);
        return values;
    }
}
