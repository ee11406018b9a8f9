using System.Globalization;
using System.Text;
using QwenChat.Commands.Terminal;
using QwenChat.Commands.Tools;
using QwenChat.Text;

namespace QwenChat.Commands.Repl;

/// <summary>Displays an answer in the chat. Markdown is rendered for a terminal. The thinking before the answer is dimmed or collapsed.</summary>
internal sealed class ChatAnswer : IDisposable
{
    private readonly Action<string> _write;
    private readonly TerminalStyle _style;
    private readonly bool _foldsThinking;
    private readonly TimeProvider _time;
    private readonly TerminalMarkdown _markdown;
    private readonly StringBuilder _wrapped = new();
    private readonly WrappedText _thinking;
    private readonly LiveText _live;
    private long? _thinkingBegan;
    private int _thinkingLength;

    /// <param name="write">Writes text unchanged.</param>
    /// <param name="style">The escape sequences.</param>
    /// <param name="width">The line width in columns.</param>
    /// <param name="foldsThinking">Whether to show only a note in place of the thinking.</param>
    /// <param name="time">The clock.</param>
    /// <param name="wake">Requests a call of <see cref="Tick"/>. Called on any thread.</param>
    public ChatAnswer(Action<string> write, TerminalStyle style, int width, bool foldsThinking, TimeProvider time, Action wake)
    {
        _write = write;
        _style = style;
        _foldsThinking = foldsThinking;
        _time = time;
        _markdown = new TerminalMarkdown(style, width);
        _thinking = new WrappedText(_wrapped, width);
        _live = new LiveText(Show, time, wake, style.IsPlain ? "Thinking:" : "");
    }

    public void Take(QwenReplyDelta piece)
    {
        if (piece.Kind is QwenReplyDeltaKind.ToolResult or QwenReplyDeltaKind.ServiceToolCall)
        {
            EndLine();
            string text = piece.Kind == QwenReplyDeltaKind.ServiceToolCall ? ToolTurn.Line(piece.Text) : piece.Text;
            Write(_style.Paint(_style.Faint, text) + "\n");
            return;
        }
        if (piece.Kind == QwenReplyDeltaKind.Thinking && _foldsThinking)
        {
            Fold(piece.Text.Length);
            return;
        }
        if (piece.Kind != QwenReplyDeltaKind.Thinking)
            EndFold();
        _live.Take(piece);
    }

    public void Tick() => _live.Tick();

    /// <summary>Writes the buffered text and ends the line, so that other output can follow.</summary>
    public void EndLine()
    {
        EndFold();
        _live.EndLine();
    }

    /// <summary>Writes the remaining text, including buffered Markdown.</summary>
    public void End()
    {
        EndLine();
        Write(_markdown.End());
    }

    /// <inheritdoc/>
    public void Dispose() => _live.Dispose();

    private void Show(string text, bool isThinking)
    {
        Write(isThinking ? Wrap(text) : _markdown.Take(text));
    }

    private string Wrap(string text)
    {
        string[] lines = text.Replace("\t", "    ", StringComparison.Ordinal).Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            _thinking.Write(lines[i]);
            if (i < lines.Length - 1)
                _thinking.End();
        }
        string wrapped = _wrapped.ToString();
        _wrapped.Clear();
        return string.IsNullOrWhiteSpace(wrapped) ? wrapped : _style.Paint(_style.Faint, wrapped);
    }

    private void Fold(int length)
    {
        if (_thinkingBegan is null)
        {
            _thinkingBegan = _time.GetTimestamp();
            Write(_style.Paint(_style.Faint, "Thinking …"));
        }
        _thinkingLength += length;
    }

    private void EndFold()
    {
        if (_thinkingBegan is not { } began)
            return;
        string what = _thinkingLength == 1 ? "it" : "them";
        string said = string.Create(CultureInfo.InvariantCulture,
            $" {_time.GetElapsedTime(began).TotalSeconds:N1} s, {Quantity.Of(_thinkingLength, "character")}. Use /thinking to show {what}.");
        Write(_style.Paint(_style.Faint, said) + "\n\n");
        (_thinkingBegan, _thinkingLength) = (null, 0);
    }

    private void Write(string text)
    {
        if (text.Length > 0)
            _write(text);
    }
}
