using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace QwenChat.Emulator.Batches;

/// <summary>The settings of a batch (wire §11.2).</summary>
internal sealed record BatchOrder(EmulatedFile Input, string Endpoint, Func<BatchInputFile> Read)
{
    private const int MostName = 100, MostDescription = 200;

    public required string WindowText { get; init; }

    /// <summary>The time limit, from the <c>completion_window</c> of the request. The batch expires if it is not completed by then.</summary>
    public required TimeSpan Window { get; init; }

    /// <summary>The time that the batch takes to complete, on the emulator's clock.</summary>
    public required TimeSpan Duration { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public JsonNode? Metadata { get; init; }

    public string? Name => Metadata?["ds_name"]?.GetValue<string>();

    /// <summary>Reads a window such as <c>24h</c> or <c>7d</c>.</summary>
    /// <exception cref="ApiRefusal">The window is not valid or is out of range. The error message is assumed [A26].</exception>
    public static TimeSpan ReadWindow(string? text)
    {
        double unit = text?.LastOrDefault() switch { 'h' => 1, 'd' => 24, _ => 0 };
        if (unit > 0 && int.TryParse(text![..^1], NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count * unit is >= 24 and <= 336)
            return TimeSpan.FromHours(count * unit);
        throw ApiRefusal.ChatParameter("Invalid 'completion_window': expected from 24h to 336h, or from 1d to 14d.");
    }

    public static JsonNode? ReadMetadata(JsonElement metadata)
    {
        if (!metadata.Exists())
            return null;
        if (metadata.ValueKind != JsonValueKind.Object || metadata.EnumerateObject().Any(pair => pair.Value.ValueKind != JsonValueKind.String))
            throw ApiRefusal.ChatParameter("Invalid 'metadata': expected an object whose values are strings.");
        Limit("ds_name", MostName);
        Limit("ds_description", MostDescription);
        if (metadata.Text("ds_batch_finish_callback") is { } callback
            && !(Uri.TryCreate(callback, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
            throw ApiRefusal.ChatParameter("Invalid 'metadata.ds_batch_finish_callback': expected an http or https address.");
        return metadata.ToNode();

        void Limit(string name, int most)
        {
            if (metadata.Text(name) is { } text && text.Length > most)
                throw ApiRefusal.ChatParameter($"Invalid 'metadata.{name}': longer than {most} characters.");
        }
    }
}
