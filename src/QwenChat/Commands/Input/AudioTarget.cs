using System.Management.Automation;
using QwenChat.Text;

namespace QwenChat.Commands.Input;

/// <summary>The file for spoken answers. If a command receives several answers, a number is inserted before the extension of each later file name.</summary>
internal sealed class AudioTarget
{
    private readonly string _path;
    private int _saved;

    /// <summary>Resolves the path before any request.</summary>
    /// <exception cref="QwenException">The path does not refer to a file that can be written.</exception>
    public AudioTarget(PathIntrinsics paths, string path)
    {
        if (path.Contains('\0', StringComparison.Ordinal))
            throw Refuse("-AudioPath contains a NUL character, which a file name cannot contain.");
        try
        {
            _path = paths.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
            if (provider.Name != "FileSystem")
                throw Refuse($"'{path}' is a path of the provider {provider.Name}, which does not support files.");
        }
        catch (SessionStateException notFound)
        {
            throw Refuse(notFound.Message, notFound);
        }
        if (Directory.Exists(_path))
            throw Refuse($"'{_path}' is a folder. Specify a file for the audio: -AudioPath {SingleQuoted.Of(Path.Combine(path, "answer.wav"))}.");
        if (!Directory.Exists(Path.GetDirectoryName(_path)))
            throw Refuse($"The folder of '{_path}' does not exist. Use New-Item -ItemType Directory to create it first.");
    }

    /// <summary>Saves an answer. An existing file is overwritten.</summary>
    /// <exception cref="QwenException">The file cannot be written.</exception>
    public void Save(byte[] audio)
    {
        string path = ++_saved == 1 ? _path
            : Path.Combine(Path.GetDirectoryName(_path)!, $"{Path.GetFileNameWithoutExtension(_path)}-{_saved}{Path.GetExtension(_path)}");
        try
        {
            File.WriteAllBytes(path, audio);
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            throw Refuse($"The audio could not be saved: {unwritable.Message} Save it from the reply: [IO.File]::WriteAllBytes($path, $reply.Audio).",
                unwritable);
        }
    }

    private static QwenException Refuse(string message, Exception? cause = null) => new(QwenErrorKind.MediaRefused, message, cause);
}
