using QwenChat.Catalogue;
using QwenChat.Text;

namespace QwenChat.Media;

/// <summary>
/// Validates the media in a message before a request is sent: their kinds, number and size (wire §6). For a model without a catalog entry, only the
/// general limits of the service are checked.
/// </summary>
internal sealed class MediaCheck(QwenApi api, string model, QwenModel? facts)
{
    /// <exception cref="QwenException">The service would reject the message, or silently ignore part of it.</exception>
    public void Check(string text, IReadOnlyList<MediaPart> parts)
    {
        CheckModalities(text, parts);
        foreach (var part in parts)
        {
            CheckApi(part);
            foreach (var source in part.Sources)
            {
                CheckSize(part.IsFrames ? MediaKind.Image : part.Kind, source);
                CheckDocument(part.Kind, source);
            }
            if (part.IsFrames && MediaLimits.Frames(model) is { } most && part.Sources.Count > most)
                throw Refuse(
                    FormattableString.Invariant($"{model} accepts at most {most:N0} images for a video; {part.Sources.Count:N0} were specified. ")
                        + "Specify fewer images, or the video file.");
        }
        CheckCount(parts);
    }

    private void CheckModalities(string text, IReadOnlyList<MediaPart> parts)
    {
        var taken = facts?.InputModalities ?? [];
        if (parts.Count > 0)
            CheckKinds(parts, taken);
        if (taken.Count > 0 && !taken.Contains(MediaKind.Text))
            CheckWithoutText(text, parts, taken[0]);
    }

    private void CheckKinds(IReadOnlyList<MediaPart> parts, IReadOnlyList<string> taken)
    {
        var other = taken.Count == 0 ? null
            : parts.FirstOrDefault(part => !taken.Contains(part.Kind) && !(part.Kind == MediaKind.File && taken.Contains(MediaKind.Image) && IsImage(part)));
        if (other is not null)
            throw Refuse($"{model} accepts only {InputKinds.Join(taken)} input, not {InputKinds.Name(other.Kind)} input. {Alternatives(other.Kind)}");
        var kinds = parts.Select(part => part.Kind).Distinct().ToArray();
        if (kinds.Length > 1 && MediaLimits.TakesOneModality(model))
            throw Refuse(
                $"{model} accepts only one kind of media besides text in a message; this message contains {InputKinds.Join(kinds)} input. "
                    + "Send each kind in a separate message, or use qwen3.5-omni-plus.");
    }

    /// <summary>Checks a message to a model that accepts exactly one media file and no text, such as the captioner (wire §6.6).</summary>
    private void CheckWithoutText(string text, IReadOnlyList<MediaPart> parts, string kind)
    {
        string example = $"Send-QwenMessage '' -{char.ToUpperInvariant(kind[0])}{kind[1..]} … -Model {SingleQuoted.Argument(model)}";
        if (parts.Count != 1)
            throw Refuse($"{model} requires exactly one {InputKinds.Name(kind)} file in a message; this message contains {parts.Count}. Example: {example}");
        if (!string.IsNullOrWhiteSpace(text))
            throw Refuse($"{model} accepts only {InputKinds.Name(kind)} input, without text. Use an empty message. Example: {example}");
    }

    private void CheckApi(MediaPart part)
    {
        string kind = part.Kind;
        switch (api)
        {
            // wire §2.3: media other than images are documented only for some models. These two APIs ignore unsupported media without an error.
            case QwenApi.Responses or QwenApi.Conversations when kind is MediaKind.Audio or MediaKind.Video && facts is not null && !IsFamily("qwen3.8-omni"):
                throw Refuse(
                    $"With the {api} API, only qwen3.8-omni-flash accepts {kind} input. To use {model}, start a conversation "
                        + "with New-QwenConversation -Api ChatCompletions.");
            case QwenApi.Responses or QwenApi.Conversations when part.IsFrames:
                throw Refuse(
                    $"The {api} API does not accept a video as a list of images. Specify the video file, or use New-QwenConversation -Api ChatCompletions.");
            case QwenApi.Responses or QwenApi.Conversations when kind == MediaKind.File && facts is not null && !IsFamily("qwen3.5-ocr"):
                throw Refuse(
                    $"With the {api} API, only qwen3.5-ocr reads files. For {model}, the service ignores files without reporting an error. "
                        + (ReadsPdf(facts) ? $"To send a PDF to {model}, use New-QwenConversation or Copy-QwenConversation with -Api ChatCompletions. " : "")
                        + WithoutFile(part.Sources[0]));
            case QwenApi.ChatCompletions or QwenApi.DashScope when kind == MediaKind.File && facts is not null && !ReadsPdf(facts):
                throw Refuse(
                    $"{model} does not read documents with the {api} API.{Listing.Sentence("Models that read PDF with this API", PdfModels(api))} "
                        + "qwen3.5-ocr reads documents with the Responses API. Use New-QwenConversation -Api Responses -Model qwen3.5-ocr.");
        }
    }

    /// <summary>
    /// Whether a model reads PDF with Chat Completions and the native API. A model that accepts files but not images reads files only by their ids.
    /// </summary>
    private static bool ReadsPdf(QwenModel model) => model.InputModalities.Contains(MediaKind.File) && model.InputModalities.Contains(MediaKind.Image)
        && !model.Id.StartsWith("qwen3.5-ocr", StringComparison.OrdinalIgnoreCase);

    private static string[] PdfModels(QwenApi api) =>
        [.. ModelCatalogue.All.Where(other => other.Like is null && other.ApiKinds.Contains(api) && ReadsPdf(other)).Select(other => other.Id)];

    private bool IsFamily(string name) => model.StartsWith(name, StringComparison.OrdinalIgnoreCase);

    private void CheckSize(string kind, MediaSource source)
    {
        if (source.Pixels is var (width, height))
        {
            // wire §6.1; the service's own message is only "The image length and width do not meet the model restrictions."
            if (Math.Min(width, height) <= MediaLimits.ShortestSide)
                throw Refuse($"'{source.Name}' is {width} × {height} pixels. Both sides of an image must be longer than {MediaLimits.ShortestSide} pixels.");
            if (Math.Max(width, height) > (long)Math.Min(width, height) * MediaLimits.AspectRatio)
                throw Refuse(
                    $"'{source.Name}' is {width} × {height} pixels. The longer side of an image must be at most {MediaLimits.AspectRatio} times the "
                        + "shorter side.");
        }
        if (source.Length is { } length && MediaLimits.File(kind, source.Type!, model) is { } most && length > most)
        {
            var (size, limit) = ByteSize.Over(length, most);
            throw Refuse($"'{source.Name}' is {size}; {model} accepts {InputKinds.Name(kind)} files of up to {limit}. "
                + "Reduce the size of the file, or send only part of it.");
        }
    }

    private void CheckDocument(string kind, MediaSource source)
    {
        if (kind != MediaKind.File || api is not (QwenApi.ChatCompletions or QwenApi.DashScope) || source.Type is null)
            return;
        if (source.Type != MediaType.Pdf)
            throw Refuse(
                $"'{source.Name}' is {source.Type.Name}; with the {api} API, documents must be PDF. "
                    + (source.Type.Kind == MediaKind.File ? "Convert it to PDF. " : "") + WithoutFile(source));
        if (PdfPages.Count(source.ReadAll()) is > MediaLimits.Pages and var pages)
            throw Refuse($"'{source.Name}' has {Quantity.Of(pages, "page")}; a document can have at most {MediaLimits.Pages}. Send only part of it.");
    }

    /// <summary>Returns the advice on how to send the content of a file without -File.</summary>
    private static string WithoutFile(MediaSource source) => source switch
    {
        { Type.Kind: MediaKind.Image } => "Use -Image instead of -File.",
        { Type.Kind: MediaKind.Video } => "Use -Video instead of -File.",
        { Type.Kind: MediaKind.Audio } => "Use -Audio instead of -File.",
        { Type.Kind: MediaKind.Text, File: { } file } => $"To send the text of the file, use Get-Item {SingleQuoted.Path(file.Path)} | Send-QwenMessage …",
        _ => "To send only the text of the document, save it as a text file, and pipe that file to Send-QwenMessage.",
    };

    private void CheckCount(IReadOnlyList<MediaPart> parts)
    {
        int images = parts.Count(part => part.Kind == MediaKind.Image);
        if (images > MediaLimits.Images(model))
            throw Refuse(
                FormattableString.Invariant($"{model} accepts at most {MediaLimits.Images(model):N0} images in a request; this message contains {images:N0}. ")
                    + "Split them across several conversations, because a request also contains the images of earlier messages.");
        int videos = parts.Count(part => part.Kind == MediaKind.Video);
        if (videos > MediaLimits.Videos)
            throw Refuse(
                $"{model} accepts at most {MediaLimits.Videos} videos in a request; this message contains {videos}. Split them across several "
                    + "conversations, because a request also contains the videos of earlier messages.");
    }

    private string Alternatives(string kind)
    {
        var others = ModelCatalogue.All
            .Where(other => other.InputModalities.Contains(kind) && other.InputModalities.Contains(MediaKind.Text) && other.Like is null)
            .OrderByDescending(other => other.ApiKinds.Contains(api == QwenApi.Conversations ? QwenApi.Responses : api))
            .Take(4).Select(other => other.Id).ToArray();
        return others.Length == 0 ? "To see the input that each model accepts, use Get-QwenModel."
            : $"Models that accept {InputKinds.Name(kind)} input include {Listing.And(others)}. To see all of them, use Get-QwenModel.";
    }

    private static bool IsImage(MediaPart part) => part.Sources[0].Type?.Kind == MediaKind.Image;

    private static QwenException Refuse(string message) => new(QwenErrorKind.MediaRefused, message);
}
