using System.Collections;
using System.Text.Json;
using QwenChat.Model;

namespace QwenChat.Protocols.Json;

/// <summary>Writes and reads the options of a conversation in files and stores. Unset options are omitted.</summary>
internal static class SettingsJson
{
    /// <summary>Writes the options as members of the current object.</summary>
    /// <exception cref="QwenException">An option is a number that JSON cannot represent.</exception>
    public static void Write(Utf8JsonWriter writer, ConversationSettings settings) => WriteMembers(writer, settings);

    public static ConversationSettings Read(CheckedJson value)
    {
        value.Required("options");
        return (ConversationSettings)ReadRecord(typeof(ConversationSettings), value);
    }

    private static void WriteMembers(Utf8JsonWriter writer, object record)
    {
        foreach (var field in OptionField.Of(record.GetType()))
        {
            if (field.Get(record) is { } value && value is not IReadOnlyDictionary<string, string> { Count: 0 } && (value is not false || field.IsNullable))
            {
                writer.WritePropertyName(field.Name);
                WriteValue(writer, field.Name, value);
            }
        }
    }

    private static void WriteValue(Utf8JsonWriter writer, string name, object value)
    {
        switch (value)
        {
            case string text:
                writer.WriteStringValue(text);
                break;
            case Enum word:
                writer.WriteStringValue(word.ToString());
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case int number:
                writer.WriteNumberValue(number);
                break;
            case long number:
                writer.WriteNumberValue(number);
                break;
            case decimal amount:
                writer.WriteNumberValue(amount);
                break;
            case double number when double.IsFinite(number):
                writer.WriteNumberValue(number);
                break;
            case double number:
                throw new QwenException(QwenErrorKind.InvalidRequest,
                    FormattableString.Invariant($"The conversation's {name} is {number}, which JSON cannot represent. ")
                        + "Use Set-QwenConversation to set another value.");
            case IReadOnlyDictionary<string, string> texts:
                writer.WriteStartObject();
                foreach (var (key, text) in texts)
                    writer.WriteString(key, text);
                writer.WriteEndObject();
                break;
            case IReadOnlyDictionary<string, JsonElement> members:
                writer.WriteStartObject();
                foreach (var (key, member) in members)
                {
                    writer.WritePropertyName(key);
                    writer.WriteRawValue(JsonBytes.Write(compact => JsonBytes.Copy(compact, member)), skipInputValidation: true);
                }
                writer.WriteEndObject();
                break;
            case IEnumerable many:
                writer.WriteStartArray();
                foreach (object one in many)
                    WriteValue(writer, name, one);
                writer.WriteEndArray();
                break;
            default:
                writer.WriteStartObject();
                WriteMembers(writer, value);
                writer.WriteEndObject();
                break;
        }
    }

    private static object ReadRecord(Type type, CheckedJson value)
    {
        object record = Activator.CreateInstance(type)!;
        foreach (var field in OptionField.Of(type))
        {
            if (value.Member(field.Name) is { } member)
                field.Set(record, ReadValue(field.Type, field.Least, member));
        }
        return record;
    }

    private static object ReadValue(Type type, int? least, CheckedJson value)
    {
        if (type == typeof(string))
            return value.Text();
        if (type == typeof(bool))
            return value.Flag();
        if (type == typeof(int))
            return value.Int32(least ?? int.MinValue);
        if (type == typeof(long))
            return value.Int64(least ?? long.MinValue);
        if (type == typeof(double))
            return value.Number();
        if (type == typeof(decimal))
            return value.Amount();
        if (type == typeof(IReadOnlyDictionary<string, string>))
            return value.ToDictionary(member => member.Text());
        if (type == typeof(IReadOnlyDictionary<string, JsonElement>))
            return value.ToDictionary(member => member.Json.Clone());
        if (type.IsEnum)
            return type.IsDefined(typeof(FlagsAttribute), inherit: false) ? value.Words(type) : value.Word(type);
        return type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)
            ? ReadList(type.GetGenericArguments()[0], value) : ReadRecord(type, value);
    }

    private static Array ReadList(Type type, CheckedJson value)
    {
        object[] elements = value.Elements().Select(element => ReadValue(type, null, element)).ToArray();
        var list = Array.CreateInstance(type, elements.Length);
        elements.CopyTo(list, 0);
        return list;
    }
}
