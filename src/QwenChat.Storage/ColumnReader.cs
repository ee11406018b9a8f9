using System.Data.Common;

namespace QwenChat.Storage;

/// <summary>Reads nullable and enumerated columns.</summary>
internal static class ColumnReader
{
    public static string? StringOrNull(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public static Guid? GuidOrNull(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetGuid(column);

    public static long? Int64OrNull(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);

    public static T EnumValue<T>(this DbDataReader reader, int column) where T : struct, Enum =>
        Enum.TryParse<T>(reader.GetString(column), out var value) && Enum.IsDefined(value) ? value
            : throw new FormatException($"this version does not support the {typeof(T).Name} '{reader.GetString(column)}'.");

    public static string OneOf(this DbDataReader reader, int column, string[] words) =>
        words.Contains(reader.GetString(column))
        ? reader.GetString(column) : throw new FormatException($"'{reader.GetString(column)}' is not one of {string.Join(", ", words)}.");

    public static DateTimeOffset Time(this DbDataReader reader, int column) => reader.GetFieldValue<DateTimeOffset>(column);

    public static DateTimeOffset? TimeOrNull(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.Time(column);
}
