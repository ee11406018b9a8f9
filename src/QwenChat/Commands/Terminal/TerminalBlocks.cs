using System.Text;

namespace QwenChat.Commands.Terminal;

/// <summary>Writes blocks of text to a terminal, with quote markers before each line and blank lines between blocks.</summary>
internal sealed class TerminalBlocks
{
    private const string QuoteMark = "│ ";
    private const int MaximumQuotes = 5;

    private readonly TerminalStyle _style;
    private readonly int _width;
    private readonly StringBuilder _written = new();
    private readonly WrappedText _text;
    private bool _hasBegun;

    public TerminalBlocks(TerminalStyle style, int width)
    {
        _style = style;
        _width = width;
        _text = new WrappedText(_written, width);
    }

    /// <summary>Gets or sets the quote depth of the next lines.</summary>
    public int Quotes { get; set; }

    public int QuoteIndent { get; set; }

    /// <summary>Gets the width that remains after the quote markers.</summary>
    public int Width => _width - (Quotes == 0 ? 0 : QuoteIndent + ShownQuotes * QuoteMark.Length);

    /// <summary>Gets the maximum indentation that leaves room for text.</summary>
    public int LargestIndent => _width / 3;

    /// <summary>Gets whether a blank line precedes the next block.</summary>
    public bool IsSeparated { get; private set; }

    private int ShownQuotes => Math.Min(Quotes, MaximumQuotes);

    private string Prefix => Quotes == 0 ? "" : new string(' ', QuoteIndent) + QuoteMarks(Quotes);

    public string QuoteMarks(int quotes) =>
        _style.Paint(_style.Faint, string.Concat(Enumerable.Repeat(QuoteMark, Math.Min(quotes, MaximumQuotes))));

    /// <summary>Returns the output since the last call.</summary>
    public string Take()
    {
        string written = _written.ToString();
        _written.Clear();
        return written;
    }

    /// <summary>Prepares for the next answer: no blank line precedes its first block.</summary>
    public void Restart() => (IsSeparated, _hasBegun) = (false, false);

    /// <summary>Adds a blank line before the next block, unless it is the first.</summary>
    public void SeparateNext() => IsSeparated = _hasBegun;

    public void Begin()
    {
        if (IsSeparated)
            _written.Append('\n');
        IsSeparated = false;
        _hasBegun = true;
    }

    /// <summary>Writes an unwrapped line.</summary>
    public void WriteLine(string line)
    {
        Begin();
        _written.Append(Prefix).Append(line).Append('\n');
    }

    /// <param name="first">The prefix of the first line.</param>
    /// <param name="rest">The prefix of every other line.</param>
    public void BeginText(string first, string rest)
    {
        Begin();
        _text.Begin(Prefix + first, Prefix + rest);
    }

    /// <summary>Writes a complete text block, wrapped.</summary>
    /// <param name="text">The text.</param>
    /// <param name="rest">The prefix of every line after the first.</param>
    public void WriteText(string text, string rest)
    {
        BeginText("", rest);
        Write(text);
        EndText();
    }

    public void Write(string text) => _text.Write(text);

    /// <summary>Ends the wrapped text and its last line.</summary>
    public void EndText() => _text.End();
}
