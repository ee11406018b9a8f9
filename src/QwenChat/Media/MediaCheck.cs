using QwenChat.Catalogue;

namespace QwenChat.Media;

/// <summary>Looks at a message's media before any request: what the model takes, how much of it, how large (qwen-api §6).</summary>
/// <param name="api">Who is asked.</param>
/// <param name="model">The model's name.</param>
/// <param name="facts">What the catalogue knows of it; null for an unknown model, of which only the service's general limits are checked.</param>
internal sealed class MediaCheck(QwenApi api, string model, QwenModel? facts)
{
    /// <summary>Checks a message.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="parts">Its media.</param>
    /// <exception cref="QwenException">The service would refuse it, or leave something out without a word.</exception>
    public void Check(string text, IReadOnlyList<MediaPart> parts)
    {
        CheckModalities(text, parts);
        foreach (var part in parts)
        {
            CheckApi(part.Kind, part.IsFrames);
            foreach (var source in part.Sources)
                CheckSize(part.IsFrames ? MediaKind.Image : part.Kind, source);
            if (part.IsFrames && MediaLimits.Frames(model) is { } most && part.Sources.Count > most)
                throw Refuse(
                    $"{model} takes a video of at most {most:N0} images; these are {part.Sources.Count:N0}. Leave some out, or give the video file itself.");
        }
        CheckCount(parts);
    }

    private void CheckModalities(string text, IReadOnlyList<MediaPart> parts)
    {
        var taken = facts?.InputModalities ?? [];
        if (taken.Count > 0)
        {
            var other =
                parts.FirstOrDefault(part => !taken.Contains(part.Kind) && !(part.Kind == MediaKind.File && taken.Contains(MediaKind.Image) && IsImage(part)));
            if (other is not null)
                throw Refuse($"{model} takes {Join(taken)}, no {other.Kind}. {Alternatives(other.Kind)}");
            if (!taken.Contains(MediaKind.Text))
                CheckWithoutText(text, parts, taken[0]);
        }
        var kinds = parts.Select(part => part.Kind).Distinct().ToArray();
        if (kinds.Length > 1 && MediaLimits.TakesOneModality(model))
            throw Refuse(
                $"A message to {model} takes, besides text, one kind of medium; these are {Join(kinds)}. Send them in messages of their own, or use "
                    + "qwen3.5-omni-plus.");
    }

    /// <summary>The captioner: exactly one audio and nothing else (§6.6).</summary>
    private void CheckWithoutText(string text, IReadOnlyList<MediaPart> parts, string kind)
    {
        string example = $"Send-QwenMessage '' -{char.ToUpperInvariant(kind[0])}{kind[1..]} … -Model {model}";
        if (parts.Count != 1)
            throw Refuse($"{model} takes exactly one {kind} in a message, and these are {parts.Count}. {example}");
        if (!string.IsNullOrWhiteSpace(text))
            throw Refuse($"{model} takes {kind} alone, without any text. Leave the message empty: {example}");
    }

    private void CheckApi(string kind, bool isFrames)
    {
        switch (api)
        {
            // §2.3: other media are documented for single models; elsewhere this API leaves out without a word what it does not know.
            case QwenApi.Responses or QwenApi.Conversations when kind is MediaKind.Audio or MediaKind.Video && facts is not null && !IsFamily("qwen3.8-omni"):
                throw Refuse(
                    $"On the {api} API only qwen3.8-omni-flash takes {kind}. With {model} use a conversation of another kind: New-QwenConversation -Api "
                        + "ChatCompletions.");
            case QwenApi.Responses or QwenApi.Conversations when isFrames:
                throw Refuse(
                    $"The {api} API takes no video as a list of images. Give the video file itself, or use New-QwenConversation -Api ChatCompletions.");
            case QwenApi.Responses or QwenApi.Conversations when kind == MediaKind.File && facts is not null && !IsFamily("qwen3.5-ocr"):
                throw Refuse(
                    $"On the {api} API only qwen3.5-ocr takes files; with {model} a file would not arrive, and no error would say so. Send its text along: "
                        + "Get-Item … | Send-QwenMessage ….");
            case QwenApi.ChatCompletions or QwenApi.DashScope when kind == MediaKind.File && facts?.InputModalities.Contains(MediaKind.Image) == true:
                throw Refuse(
                    $"{model} reads PDF on the {api} API, but this version of QwenChat does not send it there yet. Send the document's text, or use "
                        + "qwen3.5-ocr: New-QwenConversation -Api Responses -Model qwen3.5-ocr.");
        }
    }

    private bool IsFamily(string name) => model.StartsWith(name, StringComparison.OrdinalIgnoreCase);

    private void CheckSize(string kind, MediaSource source)
    {
        if (source.Pixels is var (width, height))
        {
            // §6.1; the service says no more than "The image length and width do not meet the model restrictions."
            if (Math.Min(width, height) <= MediaLimits.ShortestSide)
                throw Refuse($"'{source.Name}' has {width} × {height} pixels. Both sides of an image must be longer than {MediaLimits.ShortestSide}.");
            if (Math.Max(width, height) > (long)Math.Min(width, height) * MediaLimits.AspectRatio)
                throw Refuse(
                    $"'{source.Name}' has {width} × {height} pixels. An image's longer side may be at most {MediaLimits.AspectRatio} times its shorter one.");
        }
        if (source.Length is { } length && MediaLimits.File(kind, source.Type!, model) is { } most && length > most)
            throw Refuse($"'{source.Name}' has {Size(length)}; {model} takes {kind} up to {Size(most)}. Make it smaller, or send a part of it.");
    }

    private void CheckCount(IReadOnlyList<MediaPart> parts)
    {
        int images = parts.Count(part => part.Kind == MediaKind.Image);
        if (images > MediaLimits.Images(model))
            throw Refuse(
                $"{model} takes at most {MediaLimits.Images(model):N0} images in a request; these are {images:N0}. Send them in several conversations.");
        int videos = parts.Count(part => part.Kind == MediaKind.Video);
        if (videos > MediaLimits.Videos)
            throw Refuse($"{model} takes at most {MediaLimits.Videos} videos in a request; these are {videos}. Send them in several conversations.");
    }

    private string Alternatives(string kind)
    {
        var others = ModelCatalogue.All
            .Where(other => other.InputModalities.Contains(kind) && other.InputModalities.Contains(MediaKind.Text) && other.Like is null)
            .OrderByDescending(other => other.ApiKinds.Contains(api == QwenApi.Conversations ? QwenApi.Responses : api))
            .Take(4).Select(other => other.Id).ToArray();
        return others.Length == 0 ? "Get-QwenModel shows what models take." : $"Models that do: {string.Join(", ", others)} …; Get-QwenModel shows all.";
    }

    private static bool IsImage(MediaPart part) => part.Sources[0].Type?.Kind == MediaKind.Image;

    private static string Join(IReadOnlyList<string> words) =>
        words.Count == 1 ? words[0] + (words[0] == MediaKind.Text ? " only" : "") : $"{string.Join(", ", words.SkipLast(1))} and {words[^1]}";

    private static string Size(long bytes) => bytes < 1024 * 1024 ? $"{bytes:N0} bytes" : $"{bytes / (1024.0 * 1024):N1} MB";

    private static QwenException Refuse(string message) => new(QwenErrorKind.MediaRefused, message);
}
