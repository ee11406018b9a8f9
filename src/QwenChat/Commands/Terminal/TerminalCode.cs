using System.Text;
using QwenChat.Export;

namespace QwenChat.Commands.Terminal;

/// <summary>Highlights code line by line, as it arrives. <paramref name="info"/> is the text after the fence; its first word is the language.</summary>
internal sealed class TerminalCode(TerminalStyle style, string info)
{
    // An unfinished construct is highlighted again with each new line, so its length is limited. Longer comments lose their color.
    private const int MaximumRead = 20_000;

    private readonly CodeLanguage? _language = style.IsPlain ? null : CodeLanguage.Find(info.Split(' ', '{', ',')[0]);
    private string _before = "";

    /// <summary>The name of the language; empty if there is none.</summary>
    public string Language { get; } = info.Split(' ', '{', ',')[0];

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
        // An unfinished construct (a comment, a multiline string) continues on the next line, and is then read again from its beginning.
        _before = runsOn && !_language.IsDiff && code.Length < MaximumRead ? code : "";
        return painted.ToString();
    }
}
