using System.Text.Json;
using QwenChat.Model;

namespace QwenChat.Protocols.Json;

/// <summary>Writes and reads the options of a conversation, in files and stores alike. An option that is not set is left out.</summary>
internal static class SettingsJson
{
    /// <summary>Writes the options as members of the object that is being written.</summary>
    /// <exception cref="QwenException">An option is a number that JSON cannot hold.</exception>
    public static void Write(Utf8JsonWriter writer, ConversationSettings settings) => WriteMembers(writer, settings);

    /// <summary>Reads the options among the members of an object.</summary>
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
                WriteValue(writer, field, value);
            }
        }
    }

    private static void WriteValue(Utf8JsonWriter writer, OptionField field, object value)
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
                    $"The conversation's {field.Name} is {number}, which neither a file nor a request can hold. Set another: Set-QwenConversation.");
            case IReadOnlyDictionary<string, string> texts:
                writer.WriteStartObject();
                foreach (var (name, text) in texts)
                    writer.WriteString(name, text);
                writer.WriteEndObject();
                break;
            case IReadOnlyDictionary<string, JsonElement> members:
                writer.WriteStartObject();
                foreach (var (name, member) in members)
                {
                    writer.WritePropertyName(name);
                    writer.WriteRawValue(JsonBytes.Write(compact => JsonBytes.Copy(compact, member)), skipInputValidation: true);
                }
                writer.WriteEndObject();
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
                field.Set(record, ReadValue(field, member));
        }
        return record;
    }

    private static object ReadValue(OptionField field, CheckedJson value) => field.Type switch
    {
        var type when type == typeof(string) => value.Text(),
        var type when type == typeof(bool) => value.Flag(),
        var type when type == typeof(int) => value.Int32(field.Least ?? int.MinValue),
        var type when type == typeof(long) => value.Int64(field.Least ?? long.MinValue),
        var type when type == typeof(double) => value.Number(),
        var type when type == typeof(decimal) => value.Amount(),
        var type when type == typeof(IReadOnlyDictionary<string, string>) => value.ToDictionary(member => member.Text()),
        var type when type == typeof(IReadOnlyDictionary<string, JsonElement>) => value.ToDictionary(member => member.Json.Clone()),
        { IsEnum: true } type => value.Word(type),
        var type => ReadRecord(type, value),
    };
}
