using System.Management.Automation;
using QwenChat.Media;

namespace QwenChat.Commands.Input;

/// <summary>The values of the media parameters of a command.</summary>
internal readonly record struct MediaParameters(object? Image, object? Video, object? Audio, object? File)
{
    public bool Any => Image is not null || Video is not null || Audio is not null || File is not null;

    /// <summary>Reads the media. A text file becomes part of the message text.</summary>
    /// <exception cref="QwenException">A media item cannot be sent.</exception>
    public void AddTo(MessageMedia media, PipelineInput textFiles, PathIntrinsics paths)
    {
        var input = new MediaInput(paths);
        foreach (var (kind, value) in new[] { (MediaKind.Image, Image), (MediaKind.Video, Video), (MediaKind.Audio, Audio) })
        {
            if (value is not null)
                media.Add(kind, input.Read(value));
        }
        foreach (var document in File is null ? [] : input.Read(File))
        {
            if (document is { File: { } text } && (document.Type!.Kind == MediaKind.Text || document.Type == MediaType.Unknown))
                textFiles.AddTextFile(new FileInfo(text.Path));
            else
                media.AddDocument(document);
        }
    }
}
