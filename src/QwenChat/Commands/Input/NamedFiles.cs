using System.Management.Automation;
using QwenChat.Media;
using QwenChat.Model;

namespace QwenChat.Commands.Input;

/// <summary>The files that parameters specify for a message. The files are read once, on first use.</summary>
/// <param name="named">The parameters.</param>
/// <param name="paths">Resolves the paths.</param>
/// <param name="notices">Receives the warning about a guessed file encoding.</param>
internal sealed class NamedFiles(MediaParameters named, PathIntrinsics paths, NoticeQueue notices)
{
    private readonly PipelineInput _texts = new(notices);
    private MessageMedia? _media;

    /// <summary>Returns the specified media, followed by the piped media.</summary>
    /// <exception cref="QwenException">A media item cannot be sent.</exception>
    public MessageMedia With(IReadOnlyList<MediaPart> piped) => Read().With(piped);

    /// <summary>Returns the message, followed by the text files.</summary>
    /// <inheritdoc cref="PipelineInput.JoinTo"/>
    public string JoinTo(string message, Func<IReadOnlyList<object>, string> render)
    {
        Read();
        return _texts.JoinTo(message, render);
    }

    private MessageMedia Read()
    {
        if (_media is not null)
            return _media;
        var media = new MessageMedia();
        named.AddTo(media, _texts, paths);
        return _media = media;
    }
}
