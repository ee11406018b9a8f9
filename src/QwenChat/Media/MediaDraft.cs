using QwenChat.Model;
using QwenChat.Text;

namespace QwenChat.Media;

/// <summary>Determines the URL of each media item in a request: the item's own URL, a data URL, or a URL in the service's temporary store.</summary>
/// <param name="hasStore">Whether the server has a temporary store; only the Qwen service has one.</param>
/// <param name="upload">Whether to upload every file, including small ones.</param>
/// <param name="takesDocuments">Whether documents can be sent within the request. If not, they can be sent only by URL.</param>
internal sealed class MediaDraft(bool hasStore, bool upload, bool takesDocuments = false)
{
    private long _inlineTotal;
    private int _inlineImages;

    /// <summary>Writes the media parts of a message. Files for the temporary store are uploaded later, when the request is sent.</summary>
    /// <exception cref="QwenException">A file cannot be read, or cannot be sent.</exception>
    public IReadOnlyList<DraftPart> Write(IEnumerable<MediaPart> parts)
    {
        if (upload && !hasStore)
            throw new QwenException(QwenErrorKind.MediaRefused,
                "-Upload requires the Qwen service's temporary store. The server at -CompatibleUri does not have one. Omit -Upload to send the file inside "
                    + "the request.");
        return parts.Select(Write).ToArray();
    }

    private DraftPart Write(MediaPart part)
    {
        var addresses = part.Sources.Select(source => Address(part, source)).ToArray();
        return part.IsFrames ? DraftPart.OfFrames(addresses)
            : new DraftPart(part.Kind, addresses[0]) { FileName = part.Kind == MediaKind.File ? part.Sources[0].FileName : null };
    }

    private string Address(MediaPart part, MediaSource source)
    {
        if (source.Address is { } address)
            return address;
        // The detected MIME type of a video container begins with video/, even if the container is sent as audio.
        string mime = part.Kind == MediaKind.Audio ? source.Type!.Mime.Replace("video/", "audio/", StringComparison.Ordinal) : source.Type!.Mime;
        long length = DataAddress.LengthOf(mime, source.Length!.Value);
        bool mustGoUp = hasStore && (upload || !FitsInline(part.Kind, length));
        if (mustGoUp && source.File is { } file)
            return TemporaryStore.AddressFor(file);
        if (mustGoUp)
        {
            throw new QwenException(QwenErrorKind.MediaRefused,
                $"{char.ToUpperInvariant(source.Name[0])}{source.Name[1..]} ({Quantity.Of(source.Length.Value, "byte")}) can be sent only through the "
                    + "service's temporary store. The store requires a file, because the content may have to be uploaded again later. "
                    + "Save the bytes to a file, and specify its path.");
        }
        _inlineTotal += length;
        _inlineImages += source.Type.Kind == MediaKind.Image ? 1 : 0;
        return source.ToDataAddress(mime);
    }

    /// <summary>Whether a file can be sent within the request. The Responses API accepts documents only by URL (wire §2.3, <c>file_url</c>).</summary>
    private bool FitsInline(string kind, long length) =>
        (kind != MediaKind.File || takesDocuments) && length <= MediaLimits.DataAddress && _inlineTotal + length <= MediaLimits.InlineTotal
        && _inlineImages < MediaLimits.InlineImages;
}
