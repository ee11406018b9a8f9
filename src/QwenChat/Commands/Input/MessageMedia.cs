using QwenChat.Media;
using QwenChat.Model;

namespace QwenChat.Commands.Input;

/// <summary>The media that go along with one message: those named by parameters, and those piped.</summary>
internal sealed class MessageMedia
{
    private const string FileIdScheme = "fileid://";

    private readonly List<MediaPart> _parts = [];
    private readonly List<string> _fileIds = [];

    /// <summary>The same media and others.</summary>
    public MessageMedia With(IReadOnlyList<MediaPart> parts)
    {
        if (parts.Count == 0)
            return this;
        var all = new MessageMedia();
        all._parts.AddRange([.. _parts, .. parts]);
        all._fileIds.AddRange(_fileIds);
        return all;
    }

    /// <summary>Adds the media of a parameter.</summary>
    /// <exception cref="QwenException">One of them is of another kind.</exception>
    public void Add(string kind, IReadOnlyList<MediaSource> sources) => _parts.AddRange(MediaPart.Of(kind, sources));

    /// <summary>Adds a medium as the kind that it is.</summary>
    public void Add(MediaPart part) => _parts.Add(part);

    /// <summary>Adds a document: by its id at the service's file store (qwen-api §11.1), or as a part of the message.</summary>
    public void AddDocument(MediaSource source)
    {
        if (source.Address?.StartsWith(FileIdScheme, StringComparison.OrdinalIgnoreCase) == true)
            _fileIds.Add(source.Address);
        else
            Add(MediaKind.File, [source]);
    }

    /// <summary>Checks the message as a whole.</summary>
    /// <exception cref="QwenException">The model, or the API, does not take it.</exception>
    public void Check(QwenApi api, string model, QwenModel? facts, string text)
    {
        new MediaCheck(api, model, facts).Check(text, _parts);
        if (_fileIds.Count == 0)
            return;
        if (api is QwenApi.Responses or QwenApi.Conversations)
            throw new QwenException(QwenErrorKind.MediaRefused,
                $"The {api} API takes no file ids. Use one of the others: New-QwenConversation -Api ChatCompletions -Model qwen-long.");
        if (facts is not null && !facts.InputModalities.Contains(MediaKind.File))
            throw new QwenException(QwenErrorKind.MediaRefused, $"{model} reads no files by their id; qwen-long does.");
    }

    /// <summary>The system messages that name documents by their id; they stand before the message (qwen-api §11.1).</summary>
    public IReadOnlyList<MessageDraft> Before() => _fileIds.Select(id => MessageDraft.OfText("system", id)).ToArray();

    /// <summary>The message.</summary>
    /// <param name="text">What is said; may be empty when media go along.</param>
    /// <param name="hasStore">Whether the server has a temporary store.</param>
    /// <param name="upload">Whether every file is to go there.</param>
    public MessageDraft Write(string text, bool hasStore, bool upload)
    {
        var media = new MediaDraft(hasStore, upload).Write(_parts);
        return new MessageDraft("user", media.Count > 0 && string.IsNullOrWhiteSpace(text) ? media : [.. media, DraftPart.OfText(text)]);
    }
}
