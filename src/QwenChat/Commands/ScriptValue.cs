using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text.Json;

namespace QwenChat.Commands;

/// <summary>Turns what a script writes (<c>@{ a = 1; b = 'x', 'y' }</c>) into JSON.</summary>
internal static class ScriptValue
{
    private const int MaximumDepth = 32;

    public static IReadOnlyDictionary<string, JsonElement> ReadFields(IDictionary table)
    {
        var fields = new Dictionary<string, JsonElement>();
        foreach (DictionaryEntry entry in table)
            fields[Name(entry.Key)] = Read(entry.Value);
        return fields;
    }

    private static JsonElement Read(object? value)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
            Write(writer, value, 0);
        using var document = JsonDocument.Parse(stream.ToArray());
        return document.RootElement.Clone();
    }

    private static void Write(Utf8JsonWriter writer, object? value, int depth)
    {
        if (depth > MaximumDepth)
            throw new QwenException(QwenErrorKind.InvalidRequest, $"A value is nested more than {MaximumDepth} levels deep. Does it contain itself?");
        var properties = (value as PSObject)?.Properties;
        bool isCustom = value is PSObject { BaseObject: PSCustomObject };
        value = value is PSObject wrapped && !isCustom ? wrapped.BaseObject : value;
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case SwitchParameter flag:
                writer.WriteBooleanValue(flag.ToBool());
                break;
            case JsonElement element:
                element.WriteTo(writer);
                break;
            case double.NaN or double.PositiveInfinity or double.NegativeInfinity or float.NaN or float.PositiveInfinity or float.NegativeInfinity:
                throw new QwenException(QwenErrorKind.InvalidRequest, $"{value} is a number that JSON cannot hold.");
            case byte or sbyte or short or ushort or int or uint or long or ulong or float or double or decimal or System.Numerics.BigInteger:
                writer.WriteRawValue(Convert.ToString(value, CultureInfo.InvariantCulture)!);
                break;
            case IDictionary table:
                writer.WriteStartObject();
                foreach (DictionaryEntry entry in table)
                {
                    writer.WritePropertyName(Name(entry.Key));
                    Write(writer, entry.Value, depth + 1);
                }
                writer.WriteEndObject();
                break;
            case IEnumerable list:
                writer.WriteStartArray();
                foreach (object? item in list)
                    Write(writer, item, depth + 1);
                writer.WriteEndArray();
                break;
            case PSObject when isCustom:
                writer.WriteStartObject();
                foreach (var property in properties!)
                {
                    writer.WritePropertyName(property.Name);
                    Write(writer, property.Value, depth + 1);
                }
                writer.WriteEndObject();
                break;
            default:
                writer.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    private static string Name(object key) => Convert.ToString(key, CultureInfo.InvariantCulture)!;
}
