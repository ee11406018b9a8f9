using System.Text;
using QwenChat.Text;

namespace QwenChat.Commands.Terminal;

/// <summary>
/// Buffers an answer for a display, so that a slow display does not slow the stream. Control characters are made visible. All methods must be called on
/// the thread that reads the stream.
/// </summary>
internal sealed class LiveText : IDisposable
{
    /// <summary>The minimum interval between two writes: short enough to look continuous, and much longer than the interval between tokens.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(30);

    private readonly Action<string, bool> _write;
    private readonly string _thinkingHeading;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly StringBuilder _waiting = new();
    private long? _written;
    private bool _isThinking;
    private bool _isInLine;
    private bool _hasBegun;

    /// <param name="write">Writes text without adding a line break; the second argument is true for thinking.</param>
    /// <param name="time">The clock.</param>
    /// <param name="wake">Requests a call of <see cref="Tick"/>. Called on any thread.</param>
    /// <param name="thinkingHeading">The heading above thinking; empty if color distinguishes thinking from the answer.</param>
    public LiveText(Action<string, bool> write, TimeProvider time, Action wake, string thinkingHeading = "")
    {
        _thinkingHeading = thinkingHeading;
        _write = write;
        _time = time;
        _timer = time.CreateTimer(_ => wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Adds a chunk. Only text and thinking are displayed.</summary>
    public void Take(QwenReplyDelta piece)
    {
        if (piece.Kind is not (QwenReplyDeltaKind.Text or QwenReplyDeltaKind.Thinking))
            return;
        Turn(piece.Kind == QwenReplyDeltaKind.Thinking);
        _hasBegun = true;
        _waiting.Append(piece.Text);
        Tick();
    }

    /// <summary>Writes the text that has been buffered long enough.</summary>
    public void Tick()
    {
        if (_waiting.Length == 0)
            return;
        var left = _written is { } last ? Interval - _time.GetElapsedTime(last) : TimeSpan.Zero;
        if (left <= TimeSpan.Zero)
        {
            Write(all: false);
        }
        else
        {
            _timer.Change(left, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Writes the remaining text, and ends the line, so that other output can follow.</summary>
    public void EndLine()
    {
        Write(all: true);
        if (_isInLine)
            Send("\n");
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    // Thinking and the answer are separate paragraphs.
    private void Turn(bool isThinking)
    {
        if (isThinking == _isThinking)
            return;
        if (_hasBegun)
        {
            EndLine();
            Send("\n");
        }
        _isThinking = isThinking;
        if (isThinking && _thinkingHeading.Length > 0)
            Send(_thinkingHeading + "\n");
    }

    private void Write(bool all)
    {
        int length = _waiting.Length;
        // A high surrogate, or a carriage return that may begin a CRLF, stays in the buffer until the next character arrives.
        if (!all && length > 0 && (_waiting[length - 1] == '\r' || char.IsHighSurrogate(_waiting[length - 1])))
            length--;
        if (length == 0)
            return;
        string text = VisibleText.Of(_waiting.ToString(0, length));
        _waiting.Remove(0, length);
        Send(text);
        _written = _time.GetTimestamp();
    }

    private void Send(string text)
    {
        if (text.Length == 0)
            return;
        _write(text, _isThinking);
        _isInLine = !text.EndsWith('\n');
    }
}
