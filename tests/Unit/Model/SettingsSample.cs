using System.Reflection;
using System.Text.Json;
using QwenChat.Model;
using QwenChat.Tools;

namespace QwenChat.Tests.Model;

/// <summary>Values for every option, found by reflection.</summary>
internal static class SettingsSample
{
    /// <summary>Returns the option properties of a settings record.</summary>
    public static IEnumerable<PropertyInfo> Options(Type record) =>
        record.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite);

    /// <summary>Returns the settings that a type repeats as properties: all settings for <see cref="QwenConversation"/>, and none for other types.</summary>
    public static IEnumerable<string> Names(Type type) =>
        type == typeof(QwenConversation) ? Options(typeof(ConversationSettings)).Select(property => property.Name) : [];

    /// <summary>Settings with a value in every option.</summary>
    public static ConversationSettings Full() => (ConversationSettings)Fill(typeof(ConversationSettings), Value);

    /// <summary>Settings with the smallest value in every option: zero, false, empty, the first name of an enumeration.</summary>
    public static ConversationSettings Smallest() => (ConversationSettings)Fill(typeof(ConversationSettings), SmallestValue);

    /// <summary>Returns a value of an option's type.</summary>
    public static object Value(PropertyInfo option)
    {
        var type = Nullable.GetUnderlyingType(option.PropertyType) ?? option.PropertyType;
        return type == typeof(string) ? option.Name + " é 👋 \"<"
            : type == typeof(bool) ? true
            : type == typeof(int) ? 7
            : type == typeof(long) ? long.MaxValue
            : type == typeof(double) ? 0.1 + 0.2
            : type == typeof(decimal) ? 0.50m
            : type.IsEnum ? Enum.GetValues(type).GetValue(1)!
            : type == typeof(IReadOnlyDictionary<string, string>) ? new Dictionary<string, string> { ["a"] = "é", [""] = "" }
            : type == typeof(IReadOnlyDictionary<string, JsonElement>)
                ? new Dictionary<string, JsonElement> { ["x"] = JsonDocument.Parse("""{"n":1.50,"deep":[[null]]}""").RootElement }
            : type == typeof(IReadOnlyList<QwenTool>) ? Array.Empty<QwenTool>()
            : type == typeof(IReadOnlyList<QwenRemoteMcpServer>) ? new[] { (QwenRemoteMcpServer)Fill(typeof(QwenRemoteMcpServer), Value) }
            : type == typeof(IReadOnlyList<string>) ? new[] { option.Name, "é" }
            : type == typeof(AnswerSchema) ? AnswerSchema.Of(ShortSchema.Parse("name, age int"))
            : Fill(type, Value);
    }

    private static object SmallestValue(PropertyInfo option)
    {
        var type = Nullable.GetUnderlyingType(option.PropertyType) ?? option.PropertyType;
        int least = option.GetCustomAttribute<LeastAttribute>()?.Number ?? 0;
        return type == typeof(string) ? ""
            : type == typeof(IReadOnlyDictionary<string, string>) ? new Dictionary<string, string>()
            : type == typeof(IReadOnlyDictionary<string, JsonElement>) ? new Dictionary<string, JsonElement>()
            : type == typeof(IReadOnlyList<QwenTool>) ? Array.Empty<QwenTool>()
            : type == typeof(IReadOnlyList<QwenRemoteMcpServer>) ? Array.Empty<QwenRemoteMcpServer>()
            : type == typeof(AnswerSchema) ? AnswerSchema.Of(ShortSchema.Parse("name, age int"))
            : type == typeof(int) ? least
            : type == typeof(long) ? (long)least
            : type.IsValueType ? Activator.CreateInstance(type)!
            : Fill(type, SmallestValue);
    }

    private static object Fill(Type type, Func<PropertyInfo, object> value)
    {
        object record = Activator.CreateInstance(type)!;
        foreach (var option in Options(type).Where(option => option.PropertyType != typeof(QwenStore)))
            option.SetValue(record, value(option));
        return record;
    }
}
