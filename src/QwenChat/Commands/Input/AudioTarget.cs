using System.Management.Automation;

namespace QwenChat.Commands.Input;

/// <summary>Where spoken answers are saved. When a command gets several, the later ones have a number before the ending.</summary>
internal sealed class AudioTarget
{
    private readonly string _path;
    private int _saved;

    /// <summary>Takes a path as the user gave it, before anything is sent.</summary>
    /// <exception cref="QwenException">No file can be written there.</exception>
    public AudioTarget(PathIntrinsics paths, string path)
    {
        if (path.Contains('\0', StringComparison.Ordinal))
            throw Refuse("-AudioPath holds a NUL character, which no file's name can have.");
        try
        {
            _path = paths.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
            if (provider.Name != "FileSystem")
                throw Refuse($"'{path}' is a path of the provider {provider.Name}, which holds no files.");
        }
        catch (SessionStateException notFound)
        {
            throw Refuse(notFound.Message, notFound);
        }
        if (Directory.Exists(_path))
            throw Refuse($"'{_path}' is a folder. Name the file that the audio is to be saved as: -AudioPath '{Path.Combine(path, "answer.wav")}'.");
        if (!Directory.Exists(Path.GetDirectoryName(_path)))
            throw Refuse($"The folder of '{_path}' is not there. Make it first: New-Item -ItemType Directory.");
    }

    /// <summary>Saves an answer; a file that is there is overwritten.</summary>
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
            throw Refuse($"The audio could not be saved: {unwritable.Message} It is in the reply: [IO.File]::WriteAllBytes($path, $reply.Audio).", unwritable);
        }
    }

    private static QwenException Refuse(string message, Exception? cause = null) => new(QwenErrorKind.MediaRefused, message, cause);
}
