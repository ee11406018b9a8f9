using QwenChat.Commands.Terminal;

namespace QwenChat.Commands.Repl;

/// <summary>What a chat shows. What was said goes by the information stream, and so into transcripts; what is drawn and taken away again does not.</summary>
/// <param name="command">The cmdlet.</param>
internal sealed class ChatDisplay(EnterQwenChatCommand command)
{
    private const string EraseLine = "\r\x1b[K";

    private readonly HostText _host = new(command);
    private bool _waits;

    /// <summary>The sequences.</summary>
    public TerminalStyle Style { get; } = HostStyle.Of(command);

    /// <summary>The display's columns and rows.</summary>
    public (int Width, int Height) Size
    {
        get
        {
            // A terminal that does not know its own size says 0.
            var size = command.Host.UI.RawUI.WindowSize;
            return (size.Width > 0 ? size.Width : 80, size.Height > 0 ? size.Height : 24);
        }
    }

    /// <summary>The columns for text.</summary>
    public int Width => Size.Width;

    /// <summary>Writes to the terminal what is to be taken away again.</summary>
    public void Draw(string text) => command.Host.UI.Write(text);

    /// <summary>Shows text as it is.</summary>
    public void Write(string text)
    {
        EndWaiting();
        _host.Write(text);
    }

    /// <summary>Says something of the chat's own.</summary>
    public void Say(string text) => Write(Paint(Style.Faint, text) + "\n\n");

    /// <summary>Says that something was not done.</summary>
    public void Refuse(string text) => Write(Paint(Style.Error, text) + "\n\n");

    /// <summary>Shows what stands below an answer: calls that it asks for, which a chat cannot make, and the line with tokens and time.</summary>
    public void EndAnswer(QwenReply reply) => Say("\n" + string.Join('\n', Transcript.BesideText(reply, openCallsOnly: true)
        .Append(Transcript.FooterOf(reply))));

    // Line by line: a background that goes over a line's end would colour the rest of the row.
    private string Paint(string sequence, string text) =>
        string.Join('\n', SafeText.Show(text).Split('\n').Select(line => line.Length == 0 ? "" : Style.Paint(sequence, line)));

    /// <summary>Shows that an answer is waited for.</summary>
    public void BeginWaiting()
    {
        Draw(Style.Paint(Style.Faint, "…"));
        _waits = true;
    }

    /// <summary>Takes that away, if it is there.</summary>
    public void EndWaiting()
    {
        if (_waits)
            Draw(EraseLine);
        _waits = false;
    }
}
