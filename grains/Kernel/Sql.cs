using Npgsql;
using NpgsqlTypes;

namespace OrleansSocial.Kernel;

/// <summary>Parameters and columns with their types said, so that no value is boxed or guessed.</summary>
internal static class Sql
{
    public static NpgsqlParameter Uuid(Guid value) => new NpgsqlParameter<Guid> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Uuid };

    public static NpgsqlParameter UuidOrNull(Guid? value) => new() { Value = value ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid };

    public static NpgsqlParameter Bigint(long value) => new NpgsqlParameter<long> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bigint };

    public static NpgsqlParameter Smallint(short value) => new NpgsqlParameter<short> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Smallint };

    public static NpgsqlParameter Int(int value) => new NpgsqlParameter<int> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Integer };

    public static NpgsqlParameter Xid(ulong value) => new NpgsqlParameter<ulong> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Xid8 };

    public static NpgsqlParameter Text(string value) => new NpgsqlParameter<string> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text };

    public static NpgsqlParameter TextOrNull(string? value) => new() { Value = value ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    public static NpgsqlParameter Bytes(byte[] value) => new NpgsqlParameter<byte[]> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bytea };

    public static NpgsqlParameter Time(DateTimeOffset value) =>
        new NpgsqlParameter<DateTime> { TypedValue = value.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    public static NpgsqlParameter Date(DateOnly value) => new NpgsqlParameter<DateOnly> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Date };

    public static NpgsqlParameter TimeOrNull(DateTimeOffset? value) =>
        new() { Value = value is { } time ? time.UtcDateTime : DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    public static NpgsqlParameter Uuids(Guid[] values) => Array(values, NpgsqlDbType.Uuid);

    public static NpgsqlParameter UuidsOrNull(Guid?[] values) => Array(values, NpgsqlDbType.Uuid);

    public static NpgsqlParameter Bigints(long[] values) => Array(values, NpgsqlDbType.Bigint);

    public static NpgsqlParameter BigintsOrNull(long?[] values) => Array(values, NpgsqlDbType.Bigint);

    public static NpgsqlParameter Ints(int[] values) => Array(values, NpgsqlDbType.Integer);

    public static NpgsqlParameter ManyBytes(byte[][] values) => Array(values, NpgsqlDbType.Bytea);

    public static NpgsqlParameter TimesOrNull(DateTime?[] values) => Array(values, NpgsqlDbType.TimestampTz);

    public static NpgsqlParameter Smallints(short[] values) => Array(values, NpgsqlDbType.Smallint);

    public static NpgsqlParameter Texts(string?[] values) => Array(values, NpgsqlDbType.Text);

    /// <summary>A time that a column holds.</summary>
    public static DateTimeOffset Time(NpgsqlDataReader row, int column) => new(row.GetDateTime(column), TimeSpan.Zero);

    /// <summary>A time as PostgreSQL can hold it: to the microsecond.</summary>
    public static DateTimeOffset ToMicroseconds(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    private static NpgsqlParameter<T[]> Array<T>(T[] values, NpgsqlDbType element) =>
        new() { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | element };
}
