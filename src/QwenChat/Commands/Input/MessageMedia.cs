using QwenChat.Media;
using QwenChat.Model;

namespace QwenChat.Commands.Input;

/// <summary>The media attached to one message, by parameters and from the pipeline.</summary>
internal sealed class MessageMedia
{
    private const string FileIdScheme = "fileid://";

    private readonly List<MediaPart> _parts = [];
    private readonly List<string> _fileIds = [];

    public MessageMedia With(IReadOnlyList<MediaPart> parts)
    {
        if (parts.Count == 0)
            return this;
        var all = new MessageMedia();
        all._parts.AddRange([.. _parts, .. parts]);
        all._fileIds.AddRange(_fileIds);
        return all;
    }

    /// <exception cref="QwenException">A media item is not of the specified kind.</exception>
    public void Add(string kind, IReadOnlyList<MediaSource> sources) => _parts.AddRange(MediaPart.Of(kind, sources));

    public void Add(MediaPart part) => _parts.Add(part);

    /// <summary>Adds a document: by its id in the service's file store (wire §11.1), or as part of the message.</summary>
    public void AddDocument(MediaSource source)
    {
        if (source.Address?.StartsWith(FileIdScheme, StringComparison.OrdinalIgnoreCase) == true)
            _fileIds.Add(source.Address);
        else
            Add(MediaKind.File, [source]);
    }

    /// <summary>Checks the message as a whole.</summary>
    /// <exception cref="QwenException">The model or the API does not accept the message.</exception>
    public void Check(QwenApi api, string model, QwenModel? facts, string text)
    {
        new MediaCheck(api, model, facts).Check(text, _parts);
        if (_fileIds.Count == 0)
            return;
        if (api is QwenApi.Responses or QwenApi.Conversations)
            throw new QwenException(QwenErrorKind.MediaRefused,
                $"The {api} API does not accept file ids. Use New-QwenConversation -Api ChatCompletions -Model qwen-long.");
        if (facts is not null && !facts.InputModalities.Contains(MediaKind.File))
            throw new QwenException(QwenErrorKind.MediaRefused, $"{model} does not accept file ids. Use qwen-long.");
    }

    /// <summary>Returns the system messages with document ids, which precede the message (wire §11.1).</summary>
    public IReadOnlyList<MessageDraft> Before() => _fileIds.Select(id => MessageDraft.OfText("system", id)).ToArray();

    /// <summary>Returns the message.</summary>
    /// <param name="api">The API.</param>
    /// <param name="text">The text, which can be empty if there are media.</param>
    /// <param name="hasStore">Whether the server has a temporary store.</param>
    /// <param name="upload">Whether to upload every file to that store.</param>
    public MessageDraft Write(QwenApi api, string text, bool hasStore, bool upload)
    {
        var media = new MediaDraft(hasStore, upload, api is QwenApi.ChatCompletions or QwenApi.DashScope).Write(_parts);
        return new MessageDraft("user", media.Count > 0 && string.IsNullOrWhiteSpace(text) ? media : [.. media, DraftPart.OfText(text)]);
    }
}
