using System.Text.Json;
using System.Text.Json.Serialization;

namespace QwenChat.Storage;

/// <summary>Reads and writes small values that are stored as JSON text, so that an additional value needs no new column.</summary>
internal static class StoreJson
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
    };

    public static string? Write<T>(T? value) where T : class => value is null ? null : JsonSerializer.Serialize(value, s_options);

    public static T? Read<T>(string? json) where T : class => json is null ? null : JsonSerializer.Deserialize<T>(json, s_options);
}
