using System.Globalization;
using System.Management.Automation;
using System.Text;
using System.Text.RegularExpressions;
using QwenChat.Commands.Terminal;
using QwenChat.Media;
using QwenChat.Model;
using QwenChat.Text;

namespace QwenChat.Commands.Input;

/// <summary>
/// Collects the input piped to a message, in order: strings, files, objects, and the rendered output of Format-Table and similar commands. Objects with
/// the same scalar properties become CSV; other objects become JSON.
/// </summary>
/// <param name="notices">Receives the warning about a guessed file encoding.</param>
internal sealed partial class PipelineInput(NoticeQueue notices)
{
    /// <summary>The maximum length, in characters. Longer input is usually a mistake, and models process it poorly.</summary>
    private const int MaximumCharacters = 200_000;

    /// <summary>The maximum number of bytes per character, in UTF-8 or as a JSON escape.</summary>
    private const int BytesPerCharacter = 6;

    private readonly List<PipedPiece> _pieces = [];
    private readonly List<MediaPart> _media = [];
    private long _characters;

    public bool IsEmpty => _pieces.Count == 0 && _media.Count == 0;

    public IReadOnlyList<MediaPart> Media => _media;

    /// <summary>Adds an object. Later changes to the object have no effect.</summary>
    /// <exception cref="QwenException">The object cannot be attached.</exception>
    public void Add(object? input)
    {
        switch (ScalarValue.Plain(input))
        {
            case null:
                break;
            case string line:
                Add(new PipedPiece(PipedKind.Line, line));
                break;
            case FileInfo file when MediaOf(file) is { } part:
                _media.Add(part);
                break;
            case FileInfo file:
                AddTextFile(file);
                break;
            case DirectoryInfo folder:
                throw new QwenException(QwenErrorKind.MediaRefused, $"'{folder.FullName}' is a folder. Use Get-ChildItem -File to pipe its files.");
            case byte[] bytes:
                AddBytes(bytes);
                break;
            case var plain:
                AddObject(input!, plain);
                break;
        }
    }

    /// <summary>
    /// Returns the message, followed by the piped input. <paramref name="render"/> renders the output of Format-Table and similar commands.
    /// </summary>
    public string JoinTo(string message, Func<IReadOnlyList<object>, string> render)
    {
        if (_pieces.Count == 0)
            return message;
        var labels = FileLabels.Of(_pieces.Select(piece => piece.Path).OfType<string>());
        var text = new StringBuilder(message);
        for (int from = 0, to; from < _pieces.Count; from = to)
        {
            var kind = _pieces[from].Kind;
            for (to = from + 1; to < _pieces.Count && _pieces[to].Kind == kind && kind != PipedKind.File; to++)
                continue;
            text.Append("\n\n").Append(Block(_pieces[from..to]));
        }
        if (text.Length - message.Length > MaximumCharacters + 2 * _pieces.Count)
            throw TooLong();
        return text.ToString();

        string Block(List<PipedPiece> pieces) => pieces[0].Kind switch
        {
            PipedKind.File => $"--- {labels[pieces[0].Path!]} ---\n{pieces[0].Text}",
            PipedKind.Object => Rows(pieces),
            PipedKind.Layout => LayoutText.Compact(EscapeCodes().Replace(render(pieces.Select(piece => piece.Layout!).ToArray()), "")),
            _ => string.Join('\n', pieces.Select(piece => piece.Text)),
        };
    }

    /// <summary>Adds a text file with its name.</summary>
    /// <exception cref="QwenException">The file cannot be read, is not text, or is too long.</exception>
    public void AddTextFile(FileInfo file) => Add(new PipedPiece(PipedKind.File, ReadFile(file)) { Path = file.FullName });

    private void AddBytes(byte[] bytes)
    {
        var source = MediaSource.OfBytes(bytes);
        if (source.Type is { } type && type != MediaType.Text && type != MediaType.Unknown)
            _media.Add(MediaPart.Of(source)!);
        else
            Add(new PipedPiece(PipedKind.Line, Decode(bytes, "the piped data",
                "decode the bytes with the correct encoding, for example with [Text.Encoding]::GetEncoding('gb2312').GetString($bytes)")));
    }

    private void AddObject(object input, object plain)
    {
        DeserializedObject.Refuse(input);
        string type = plain.GetType().FullName ?? "";
        if (type.StartsWith("Microsoft.PowerShell.Commands.Internal.Format.", StringComparison.Ordinal))
            Add(new PipedPiece(PipedKind.Layout, "") { Layout = plain });
        else if (plain is InformationalRecord or InformationRecord || type == "Microsoft.PowerShell.Commands.MatchInfo" || IsProgramError(plain))
            Add(new PipedPiece(PipedKind.Line, plain.ToString() ?? ""));
        else if (ScalarValue.Of(plain) is { Kind: ScalarKind.Secret })
            throw new QwenException(QwenErrorKind.InvalidRequest, "A SecureString was piped. Secrets are never sent to a model.");
        else if (ScalarValue.Of(plain) is { } scalar)
            Add(new PipedPiece(PipedKind.Line, scalar.Text));
        else
            Add(PipedPiece.OfObject(input, MaximumCharacters * BytesPerCharacter));
    }

    // A program's error output (2>&1) is attached as lines of text, so that it keeps its position in the program's output.
    private static bool IsProgramError(object value) =>
        value is ErrorRecord error && error.FullyQualifiedErrorId.StartsWith("NativeCommandError", StringComparison.Ordinal);

    private void Add(PipedPiece piece)
    {
        _characters += piece.Length;
        if (_characters > MaximumCharacters + 1)
            throw TooLong();
        _pieces.Add(piece);
    }

    private static QwenException TooLong() => new(QwenErrorKind.InvalidRequest,
        FormattableString.Invariant($"More than {MaximumCharacters:N0} characters were piped. ")
            + "Reduce the input with Select-Object -First 500, Select-Object with the properties you need, or Select-String. "
            + "To send all of the text, specify it with -Message.");

    /// <summary>Returns objects as CSV if there are several and all have the same scalar properties; otherwise, each object as one line of JSON.</summary>
    private static string Rows(List<PipedPiece> objects)
    {
        string? columns = objects[0].Record?.Columns;
        bool isTable = objects.Count > 1 && columns is not null && objects.TrueForAll(one => one.Record?.Columns == columns);
        return isTable
            ? columns + "\n" + string.Join('\n', objects.Select(one => one.Record!.Value.Cells))
            : string.Join('\n', objects.Select(one => one.Text));
    }

    /// <summary>Returns a file as a media item; null for text, and for an unknown type, which may be text in an undeclared encoding.</summary>
    public static MediaPart? MediaOf(FileInfo file)
    {
        if (!file.Exists || file.Length == 0)
            return null;
        var source = MediaSource.OfFile(file.FullName);
        return source.Type == MediaType.Unknown ? null : MediaPart.Of(source);
    }

    private string ReadFile(FileInfo file)
    {
        if (!file.Exists)
            throw new QwenException(QwenErrorKind.MediaRefused, $"There is no file '{file.FullName}'.");
        if (file.Length > MaximumCharacters * 4L)
            throw new QwenException(QwenErrorKind.InvalidRequest,
                FormattableString.Invariant($"'{file.FullName}' has {file.Length:N0} bytes, which is more than a message can contain. ")
                    + $"Pipe part of it with Get-Content {SingleQuoted.Path(file.FullName)} -Tail 500.");
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(file.FullName);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new QwenException(QwenErrorKind.MediaRefused, $"'{file.FullName}' cannot be read: {unreadable.Message}", unreadable);
        }
        string text = $"Get-Content {SingleQuoted.Path(file.FullName)}";
        return Decode(bytes, $"'{file.FullName}'", $"pipe its text with {text} -Raw and the correct -Encoding, such as windows-1251 or gb2312")
            .TrimEnd('\r', '\n');
    }

    private string Decode(byte[] bytes, string name, string way)
    {
        var decoded = DecodedText.Of(bytes, CultureInfo.CurrentCulture.TextInfo.ANSICodePage)
            ?? throw new QwenException(QwenErrorKind.MediaRefused, $"Only text and media that models accept can be sent, but {name} is neither.");
        if (decoded.Assumed is { } assumed)
            notices.Warn(
                $"The encoding of {name} could not be detected and is not UTF-8, so it was read as {assumed}. If that is wrong, {way}.");
        if (decoded.Text.Contains('\uFFFD', StringComparison.Ordinal))
            notices.Warn($"The text of {name} contains bytes that are not valid in its encoding. Each of them is sent as \uFFFD.");
        return decoded.Text;
    }

    // CSI sequences, and OSC sequences such as links, including their terminator.
    [GeneratedRegex(@"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)", RegexOptions.CultureInvariant)]
    private static partial Regex EscapeCodes();
}
