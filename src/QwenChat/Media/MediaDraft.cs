using QwenChat.Model;

namespace QwenChat.Media;

/// <summary>Gives media their addresses: their own, a data address, or one in the service's temporary store.</summary>
/// <param name="hasStore">Whether the server has a temporary store; others than the Qwen service have none.</param>
/// <param name="upload">Whether every file is to go there, also a small one.</param>
internal sealed class MediaDraft(bool hasStore, bool upload)
{
    private long _inlineTotal;
    private int _inlineImages;

    /// <summary>Writes a message's media parts. Files that go to the temporary store are sent up later, when the request is sent.</summary>
    /// <exception cref="QwenException">A file cannot be read, or cannot be sent in any way.</exception>
    public IReadOnlyList<DraftPart> Write(IEnumerable<MediaPart> parts)
    {
        if (upload && !hasStore)
            throw new QwenException(QwenErrorKind.MediaRefused,
                "-Upload needs the Qwen service's temporary store, and the server given as -CompatibleUri has none. Leave -Upload out: the file goes along "
                    + "inside the request.");
        return parts.Select(Write).ToArray();
    }

    private DraftPart Write(MediaPart part)
    {
        var addresses = part.Sources.Select(source => Address(part, source)).ToArray();
        return part.IsFrames ? DraftPart.OfFrames(addresses) : new DraftPart(part.Kind, addresses[0]);
    }

    private string Address(MediaPart part, MediaSource source)
    {
        if (source.Address is { } address)
            return address;
        // A container that also holds video names itself as one; what it is sent as counts.
        string mime = part.Kind == MediaKind.Audio ? source.Type!.Mime.Replace("video/", "audio/", StringComparison.Ordinal) : source.Type!.Mime;
        long length = DataAddress.LengthOf(mime, source.Length!.Value);
        bool mustGoUp = hasStore && (upload || !FitsInline(part.Kind, length));
        if (mustGoUp && source.File is { } file)
            return TemporaryStore.AddressFor(file);
        if (mustGoUp)
        {
            throw new QwenException(QwenErrorKind.MediaRefused,
                $"{char.ToUpperInvariant(source.Name[0])}{source.Name[1..]} ({source.Length:N0}) can only be sent by way of the service's temporary store, "
                    + "which needs a file: it may have to be sent up again later. Save them, and give the path.");
        }
        _inlineTotal += length;
        _inlineImages += source.Type.Kind == MediaKind.Image ? 1 : 0;
        return source.ToDataAddress(mime);
    }

    /// <summary>Documents are documented by address alone (qwen-api §2.3, <c>file_url</c>).</summary>
    private bool FitsInline(string kind, long length) =>
        kind != MediaKind.File && length <= MediaLimits.DataAddress && _inlineTotal + length <= MediaLimits.InlineTotal
        && _inlineImages < MediaLimits.InlineImages;
}
