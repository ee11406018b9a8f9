using System.Globalization;
using QwenChat.Catalogue;
using QwenChat.Model;
using QwenChat.Text;

namespace QwenChat.Turn;

/// <summary>
/// Validates all media of a request for its model. Media from earlier turns are sent again or kept by the service, and a different model may not accept
/// them. New media have already been validated, with more detailed errors.
/// </summary>
internal static class HistoryMediaCheck
{
    /// <summary>Validates the media of a request. For an unknown model, only the limits that all models share are checked.</summary>
    /// <exception cref="QwenException">The service would reject the request, or the model would not see part of the request.</exception>
    public static void Check(QwenApi api, string model, QwenModel? facts, TurnPath path, int first, IReadOnlyList<QwenItem> input)
    {
        if (!path.HasMedia(first))
            return;
        var media = path.From(first).Where(turn => turn.HasMedia).SelectMany(turn => turn.Items.Take(turn.InputCount).Select(item => (turn.Number, Item: item)))
            .Concat(input.Select(item => (Number: path.Count + 1, Item: item)))
            .Where(entry => entry.Item.Role == "user")
            .SelectMany(entry => entry.Item.Content.Where(part => part.IsMedia)
            .Select(part => (entry.Number, entry.Item.Id, Part: part, Kind: KindOf(part.Type))))
            .ToArray();
        foreach (var (number, id, _, kind) in media)
        {
            if (Refusal(api, model, facts, kind) is { } why)
            {
                throw Refuse(
                    $"{why}, but this request includes turn {number} of the conversation, which contains {Article(kind)}. Use a model that accepts it "
                        + "(Get-QwenModel), "
                    + $"remove the item (Remove-QwenConversationItem … {id}), or send only newer turns (New-QwenContextPolicy -KeepTurns).");
            }
        }
        CheckLimit(media.Count(medium => medium.Kind == "image"), RequestMediaLimits.Images(model), "images");
        CheckLimit(media.Count(medium => medium.Kind == "video"), RequestMediaLimits.Videos, "videos");
        // Media kept by the service are not sent again.
        if (api is QwenApi.ChatCompletions or QwenApi.DashScope && media.Sum(medium => (long)(medium.Part.Inline?.Json.Length ?? 0)) is var bytes
            && bytes > RequestMediaLimits.InlineBytes)
        {
            var (size, limit) = ByteSize.Over(bytes, RequestMediaLimits.InlineBytes);
            throw Refuse($"The files in this request, including those of earlier turns, total {size}; the service accepts about {limit}. "
                + "Send files with -Upload, or send only newer turns with New-QwenContextPolicy -KeepTurns.");
        }

        void CheckLimit(int count, int most, string what)
        {
            if (count > most)
                throw Refuse(string.Create(CultureInfo.InvariantCulture,
                    $"{model} accepts at most {most:N0} {what} in a request; with earlier turns, there are {count:N0}. "
                        + $"Send only newer turns with New-QwenContextPolicy -KeepTurns."));
        }
    }

    private static string? Refusal(QwenApi api, string model, QwenModel? facts, string kind)
    {
        if (facts is null)
            return null;
        if (facts.InputModalities.Count > 0 && !facts.InputModalities.Contains(kind))
            return $"{model} accepts only {InputKinds.Join(facts.InputModalities)} input";
        bool isResponses = api is QwenApi.Responses or QwenApi.Conversations;
        // A model that accepts files but not images reads files only by their ids, not as parts of a message.
        if (!isResponses && kind == "file" && !facts.InputModalities.Contains("image"))
            return $"{model} does not read documents in the {api} API";
        bool isTaken = !isResponses || kind == "image" || (kind == "file" ? model.StartsWith("qwen3.5-ocr", StringComparison.OrdinalIgnoreCase)
            : model.StartsWith("qwen3.8-omni", StringComparison.OrdinalIgnoreCase));
        return isTaken ? null : $"In the {api} API, {model} does not accept {InputKinds.Name(kind)} input";
    }

    private static string KindOf(string type) =>
        type.Contains("image", StringComparison.Ordinal) ? "image" : type.Contains("video", StringComparison.Ordinal) ? "video"
        : type.Contains("audio", StringComparison.Ordinal) ? "audio" : "file";

    private static string Article(string kind) => kind switch { "image" => "an image", "audio" => "an audio file", _ => "a " + InputKinds.Name(kind) };

    private static QwenException Refuse(string message) => new(QwenErrorKind.MediaRefused, message);
}
