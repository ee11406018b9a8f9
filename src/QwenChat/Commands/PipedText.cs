using System.Management.Automation;
using System.Text;
using System.Text.RegularExpressions;
using QwenChat.Media;

namespace QwenChat.Commands;

/// <summary>
/// What is piped along with a message: strings joined by lines, text files with their name, media files as media, other objects as
/// <c>Out-String</c> shows them, without escape codes.
/// </summary>
internal sealed partial class PipedText
{
    /// <summary>More than this is hardly meant, and a model reads it badly; the user is told what to do.</summary>
    private const int MaximumCharacters = 200_000;

    /// <summary>How much of a file is looked at to tell text from anything else.</summary>
    private const int ProbeBytes = 8192;

    private readonly List<string> _lines = [];
    private readonly List<string> _files = [];
    private readonly List<object> _objects = [];
    private readonly List<MediaPart> _media = [];
    private long _characters;

    /// <summary>True when nothing was piped.</summary>
    public bool IsEmpty => !HasText && _media.Count == 0;

    /// <summary>The media files that were piped.</summary>
    public IReadOnlyList<MediaPart> Media => _media;

    private bool HasText => _lines.Count > 0 || _files.Count > 0 || _objects.Count > 0;

    public void Add(object input)
    {
        switch ((input as PSObject)?.BaseObject ?? input)
        {
            case string line:
                Count(line.Length + 1);
                _lines.Add(line);
                break;
            case FileInfo file when MediaOf(file) is { } part:
                _media.Add(part);
                break;
            case FileInfo file:
                AddTextFile(file);
                break;
            case DirectoryInfo folder:
                throw new QwenException(QwenErrorKind.MediaRefused, $"'{folder.FullName}' is a folder. Pipe its files: Get-ChildItem -File.");
            default:
                _objects.Add(input);
                break;
        }
    }

    /// <summary>The message, and below it what was piped.</summary>
    public string JoinTo(string message, Func<IReadOnlyList<object>, string> render)
    {
        if (!HasText)
            return message;
        var text = new StringBuilder(message).Append("\n\n").AppendJoin('\n', _lines);
        foreach (string file in _files)
            text.Append(_lines.Count > 0 || file != _files[0] ? "\n\n" : "").Append(file);
        if (_objects.Count > 0)
        {
            string objects = EscapeCodes().Replace(render(_objects), "").Trim('\r', '\n');
            Count(objects.Length);
            text.Append(_lines.Count > 0 || _files.Count > 0 ? "\n\n" : "").Append(objects);
        }
        return text.ToString();
    }

    /// <summary>Adds a text file, under its name.</summary>
    /// <exception cref="QwenException">It cannot be read, is no text, or is too long.</exception>
    public void AddTextFile(FileInfo file)
    {
        string text = ReadFile(file);
        Count(text.Length);
        _files.Add($"--- {file.Name} ---\n{text}");
    }

    /// <summary>A file as the medium that it is; null for text, and for what may be text in an encoding that does not say so.</summary>
    private static MediaPart? MediaOf(FileInfo file)
    {
        if (!file.Exists || file.Length == 0)
            return null;
        var source = MediaSource.OfFile(file.FullName);
        return source.Type == MediaType.Unknown ? null : MediaPart.Of(source);
    }

    private void Count(int characters)
    {
        _characters += characters;
        if (_characters > MaximumCharacters)
        {
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"More than {MaximumCharacters:N0} characters were piped along. Pipe less (Select-Object -Last 500, Select-String), or put the text into -Message yourself if it is meant.");
        }
    }

    private static string ReadFile(FileInfo file)
    {
        if (file.Length > MaximumCharacters * 4L)
            throw new QwenException(QwenErrorKind.InvalidRequest, $"'{file.FullName}' has {file.Length:N0} bytes, more than goes along with a message. Pipe a part of it: Get-Content '{file.Name}' -Tail 500.");
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(file.FullName);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new QwenException(QwenErrorKind.MediaRefused, $"'{file.FullName}' cannot be read: {unreadable.Message}", unreadable);
        }
        using var reader = new StreamReader(new MemoryStream(bytes), Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
        string text = reader.ReadToEnd();
        if (text.AsSpan(0, Math.Min(text.Length, ProbeBytes)).Contains('\0'))
            throw new QwenException(QwenErrorKind.MediaRefused, $"'{file.FullName}' is neither text nor of a format that a model takes.");
        return text.TrimEnd('\r', '\n');
    }

    // CSI sequences, and OSC sequences such as links, up to their terminator.
    [GeneratedRegex(@"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)", RegexOptions.CultureInvariant)]
    private static partial Regex EscapeCodes();
}
