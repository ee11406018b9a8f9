namespace QwenChat.Commands.Repl;

/// <summary>
/// The console's keyboard while a chat is held: Ctrl+C is a key like others, and pastes come framed. The one place that uses
/// <see cref="Console"/> for more than to ask whether there is one. When it is disposed of, the console is as it was before.
/// </summary>
internal sealed class ChatKeys : IDisposable
{
    // As two parameters: PowerShell takes the one-parameter form out of what a host writes where OutputRendering asks for plain text.
    private const string FramePastes = "\x1b[?2004;2004h";
    private const string FramePastesNoMore = "\x1b[?2004;2004l";

    private readonly Action<string> _write;
    private readonly KeyDecoder _decoder = new(pastesAreKeys: OperatingSystem.IsWindows());
    private readonly Queue<InputKey> _ahead = new();
    private readonly bool _ctrlCWasInput;

    /// <param name="write">Writes to the terminal.</param>
    public ChatKeys(Action<string> write)
    {
        _write = write;
        _ctrlCWasInput = Console.TreatControlCAsInput;
        Console.TreatControlCAsInput = true;
        write(FramePastes);
    }

    /// <summary>The next key, or false when there is none yet.</summary>
    public bool TryRead(out InputKey key)
    {
        Read(keys => keys.Count > 0);
        return _ahead.TryDequeue(out key);
    }

    /// <summary>
    /// Whether Ctrl+C was pressed, which is looked for while an answer comes. What was typed ahead waits for the prompt; with Ctrl+C it
    /// is gone, as in a shell.
    /// </summary>
    public bool WasStopPressed()
    {
        Read(_ => false);
        if (!_ahead.Any(key => key.IsControl(ConsoleKey.C)))
            return false;
        _ahead.Clear();
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            _write(FramePastesNoMore);
        }
        finally
        {
            Console.TreatControlCAsInput = _ctrlCWasInput;
        }
    }

    private void Read(Func<Queue<InputKey>, bool> isEnough)
    {
        while (!isEnough(_ahead) && Console.KeyAvailable)
        {
            var key = Console.ReadKey(intercept: true);
            if (_decoder.Take(key, Console.KeyAvailable) is { } known)
                _ahead.Enqueue(known);
        }
    }
}
