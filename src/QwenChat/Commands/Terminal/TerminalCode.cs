using System.Text;
using QwenChat.Export;

namespace QwenChat.Commands.Terminal;

/// <summary>Code, coloured line by line as its lines come.</summary>
/// <param name="style">The sequences.</param>
/// <param name="info">What stands behind the fence; its first word is the language.</param>
internal sealed class TerminalCode(TerminalStyle style, string info)
{
    // The more is read again for each line, the longer it takes; a comment this long is one no more.
    private const int MaximumRead = 20_000;

    private readonly CodeLanguage? _language = style.IsPlain ? null : CodeLanguage.Find(info.Split(' ', '{', ',')[0]);
    private string _before = "";

    /// <summary>The language's name; empty where none is given.</summary>
    public string Language { get; } = info.Split(' ', '{', ',')[0];

    /// <summary>The next line, coloured.</summary>
    public string Line(string line)
    {
        if (_language is null)
            return line;
        string code = _before + line + "\n";
        int at = 0;
        bool runsOn = false;
        var painted = new StringBuilder();
        CodeHighlighter.Read(code, _language, (kind, text) =>
        {
            int skip = Math.Clamp(_before.Length - at, 0, text.Length);
            at += text.Length;
            runsOn = kind is not null && text.EndsWith('\n');
            string shown = text[skip..].TrimEnd('\n');
            painted.Append(kind is not null && shown.Length > 0 && style.CodeParts.TryGetValue(kind, out string? sequence)
                ? style.Paint(sequence, shown) : shown);
        });
        // What is not ended on a line (a comment, a text of many lines) goes on in the next, which is then read from its beginning.
        _before = runsOn && !_language.IsDiff && code.Length < MaximumRead ? code : "";
        return painted.ToString();
    }
}
