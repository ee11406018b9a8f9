using System.Text;
using QwenChat.Export.Markdown;

namespace QwenChat.Commands.Terminal;

/// <summary>
/// Writes the text of a paragraph, an item or a heading as it arrives. Code, emphasis and links are buffered until they end, or until the paragraph
/// ends or is too long.
/// </summary>
internal sealed class TerminalParagraph(TerminalStyle style, TerminalBlocks output, LinkReferences references)
{
    private const int MaximumHeld = 1000;

    private readonly TerminalForm _form = new(style);
    private readonly StringBuilder _held = new();
    private char _before = ' ';
    private bool _isBegun;

    // The length at which the buffered text is parsed again. Long text is parsed less often, so that the total time stays short.
    private int _nextLook;

    /// <summary>Gets whether the text is incomplete and may continue on the next line.</summary>
    public bool Waits { get; private set; }

    /// <param name="first">The prefix of the first line.</param>
    /// <param name="rest">The prefix of every other line.</param>
    /// <param name="text">The text that is already available.</param>
    /// <param name="isHeading">Whether the text is a heading.</param>
    public void Begin(string first, string rest, string text, bool isHeading = false)
    {
        _form.Around = isHeading ? style.Heading : "";
        output.BeginText(first + _form.Around, rest);
        _isBegun = true;
        _before = ' ';
        Take(text);
    }

    /// <summary>Adds the next line of the text.</summary>
    public void Continue(string text)
    {
        Waits = false;
        _held.Append('\n');
        Take(text);
    }

    public void Take(char c)
    {
        _held.Append(c);
        bool mayBreak = c == ' ' || c is >= '\u2E80' and <= '\uFFDC' && !char.IsSurrogate(c);
        if (!mayBreak || _held.Length < _nextLook)
            return;
        if (_held.Length >= MaximumHeld || !MarkdownInline.IsOpen(_held.ToString(), Context))
            Write(_held.ToString(), c);
        else
            _nextLook = _held.Length + _held.Length / 8;
    }

    /// <summary>Ends the line. Also ends the text, unless code, emphasis or a link may continue on the next line.</summary>
    public void EndLine()
    {
        string held = _held.ToString();
        bool breaks = held.EndsWith('\\') && !held.EndsWith("\\\\", StringComparison.Ordinal);
        Waits = _form.Around.Length == 0 && held.Length < MaximumHeld && (breaks || MarkdownInline.IsOpen(held, Context));
        if (!Waits)
            End();
    }

    public void End()
    {
        Waits = false;
        if (!_isBegun)
            return;
        string rest = _held.ToString().TrimEnd(' ');
        // A heading may end with a closing sequence of # characters, which is not shown.
        if (_form.Around.Length > 0 && rest.All(c => c == '#'))
            rest = "";
        Write(rest, ' ');
        output.Write(_form.Around.Length > 0 ? style.Reset : "");
        output.EndText();
        _form.Around = "";
        _isBegun = false;
    }

    private InlineContext Context => new() { References = references, Before = _before };

    private void Take(string text)
    {
        foreach (char c in text)
            Take(c);
    }

    private void Write(string text, char last)
    {
        output.Write(MarkdownInline.Write(text, _form, Context));
        _held.Clear();
        (_before, _nextLook) = (last, 0);
    }
}
