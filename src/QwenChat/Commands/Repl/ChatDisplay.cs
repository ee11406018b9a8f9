using QwenChat.Commands.Terminal;

namespace QwenChat.Commands.Repl;

/// <summary>Displays the output of a chat. Transcripts contain all output except temporary output, such as the text being typed.</summary>
internal sealed class ChatDisplay(EnterQwenChatCommand command)
{
    private const string EraseLine = "\r\x1b[K";

    private readonly HostText _host = new(command);
    private bool _waits;

    public TerminalStyle Style { get; } = HostStyle.Of(command);

    public (int Width, int Height) Size
    {
        get
        {
            // A terminal that does not know its size reports 0.
            var size = command.Host.UI.RawUI.WindowSize;
            return (size.Width > 0 ? size.Width : 80, size.Height > 0 ? size.Height : 24);
        }
    }

    public int Width => Size.Width;

    /// <summary>Writes temporary output, which does not reach transcripts.</summary>
    public void Draw(string text) => command.Host.UI.Write(text);

    /// <summary>Shows text unchanged.</summary>
    public void Write(string text)
    {
        EndWaiting();
        _host.Write(text);
    }

    public void Say(string text) => Write(Paint(Style.Faint, text) + "\n\n");

    /// <summary>Shows the error for a rejected command.</summary>
    public void Refuse(string text) => Write(Paint(Style.Error, text) + "\n\n");

    /// <summary>Shows the lines below an answer: media, additional items, tool calls without a result, and the model, tokens and time.</summary>
    public void EndAnswer(QwenReply reply) => Say("\n" + string.Join('\n', Transcript.BesideText(reply, openCallsOnly: true)
        .Append(Transcript.FooterOf(reply))));

    // Each line is colored separately, because a background color across a line break would fill the rest of the row.
    private string Paint(string sequence, string text) =>
        string.Join('\n', SafeText.Show(text).Split('\n').Select(line => line.Length == 0 ? "" : Style.Paint(sequence, line)));

    public void BeginWaiting()
    {
        Draw(Style.Paint(Style.Faint, "…"));
        _waits = true;
    }

    public void EndWaiting()
    {
        if (_waits)
            Draw(EraseLine);
        _waits = false;
    }
}
