using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using QwenChat.Commands.Schemas;
using QwenChat.Tools;

namespace QwenChat.Commands.Tools;

/// <summary>
/// Converts validated JSON to arguments for a command, with PowerShell's own conversions. Conversions with surprising results are replaced: PowerShell parses
/// a date with the current culture, reads the time span <c>5</c> as half a microsecond, and resolves a file against the working directory of the process.
/// </summary>
internal sealed class ArgumentBinder(PathIntrinsics path)
{
    /// <summary>Returns a table of arguments for splatting.</summary>
    /// <exception cref="ArgumentException">A value does not have the type of its parameter. The error message is for the model.</exception>
    public Hashtable Bind(CommandTool tool, JsonObject arguments)
    {
        var table = new Hashtable(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in arguments)
            table[name] = Convert(value, tool.Parameters[name].ParameterType, name);
        foreach (DictionaryEntry own in tool.FixedValues)
            table[own.Key] = own.Value;
        return table;
    }

    /// <summary>Converts a validated JSON value to an object of a type, including nested objects.</summary>
    /// <exception cref="ArgumentException">The text is not a valid value of its type.</exception>
    /// <exception cref="InvalidCastException">The type rejects the value: a conversion or a validation attribute failed.</exception>
    public object? ToObject(JsonNode? value, Type type) =>
        LanguagePrimitives.ConvertTo(Convert(value, type, "The value"), type, CultureInfo.InvariantCulture);

    public static object? Plain(JsonNode? value) => value switch
    {
        null => null,
        JsonArray list => list.Select(Plain).ToArray(),
        JsonObject members => Table(members),
        _ => value.GetValueKind() switch
        {
            JsonValueKind.String => value.GetValue<string>(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => Number(value.ToJsonString()),
        },
    };

    private object? Convert(JsonNode? value, Type type, string name)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (value is JsonArray list && type.IsEnum)
            return OfEnum(type, string.Join(", ", list.Select(one => ToolSchema.TextOf(one))), name);
        if (value is JsonArray elements && (type.IsArray ? type.GetElementType() : TypeSchema.ElementOf(type)) is { } element)
            return elements.Select((one, index) => Convert(one, element, $"{name}[{index}]")).ToArray();
        if (value is JsonObject members && TypeSchema.ValueOf(type) is { } valueType)
            return Dictionary(members, valueType, name);
        if (value is JsonObject free && type == typeof(PSObject))
            return AnswerValue.Shape(free, null, free);
        if (value is JsonObject fields && TypeSchema.IsClass(type))
            return LanguagePrimitives.ConvertTo(OfClass(fields, type, name), type, CultureInfo.InvariantCulture);
        if (ToolSchema.TextOf(value) is { } text)
            return OfText(text, type, name);
        return Plain(value);
    }

    private object OfText(string text, Type type, string name)
    {
        if (type == typeof(DateTime))
            return OfDateTime(text);
        if (type == typeof(DateTimeOffset))
            return DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal);
        if (type == typeof(TimeSpan))
        {
            return TextForm.IsTimeSpan(text) ? TimeSpan.Parse(text, CultureInfo.InvariantCulture)
                : throw new ArgumentException($"{name} must be a time span in the form d.hh:mm:ss, such as 0.00:05:00, not \"{text}\".");
        }
        if (type == typeof(char) && text.Length != 1)
            throw new ArgumentException($"{name} must be one character, not \"{text}\".");
        if (type == typeof(FileInfo))
            return new FileInfo(path.GetUnresolvedProviderPathFromPSPath(text));
        if (type == typeof(DirectoryInfo))
            return new DirectoryInfo(path.GetUnresolvedProviderPathFromPSPath(text));
        return type.IsEnum ? OfEnum(type, text, name) : text;
    }

    private static DateTime OfDateTime(string text)
    {
        var read = DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
        return read.Kind == DateTimeKind.Utc ? read.ToLocalTime() : read;
    }

    // Only full names match, although PowerShell also accepts prefixes.
    private static object OfEnum(Type type, string text, string name)
    {
        string[] names = Enum.GetNames(type);
        string? wrong = text.Split(',', StringSplitOptions.TrimEntries).FirstOrDefault(one => !names.Contains(one, StringComparer.OrdinalIgnoreCase));
        return wrong is null ? Enum.Parse(type, text, ignoreCase: true)
            : throw new ArgumentException($"{name} must be one of {string.Join(", ", names)}, not \"{wrong}\".");
    }

    private IDictionary Dictionary(JsonObject members, Type valueType, string name)
    {
        var dictionary = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(typeof(string), valueType))!;
        foreach (var (key, member) in members)
            dictionary[key] = LanguagePrimitives.ConvertTo(Convert(member, valueType, $"{name}.{key}"), valueType, CultureInfo.InvariantCulture);
        return dictionary;
    }

    // PowerShell later creates an object of the class from this table. The values are already converted to the types of their properties.
    private Hashtable OfClass(JsonObject members, Type type, string name)
    {
        var table = new Hashtable(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, member) in members)
        {
            var property = type.GetProperty(key, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase);
            table[key] = property is null ? Plain(member) : Convert(member, property.PropertyType, $"{name}.{key}");
        }
        return table;
    }

    private static Hashtable Table(JsonObject members)
    {
        var table = new Hashtable(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, member) in members)
            table[key] = Plain(member);
        return table;
    }

    private static object Number(string text)
    {
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int small))
            return small;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long large))
            return large;
        if (System.Numerics.BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var huge))
            return huge;
        return decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number) ? number
            : double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
    }
}
