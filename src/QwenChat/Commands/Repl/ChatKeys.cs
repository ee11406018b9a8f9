namespace QwenChat.Commands.Repl;

/// <summary>
/// Reads the keyboard during a chat, with Ctrl+C as an ordinary key and bracketed paste enabled. No other class uses <see cref="Console"/>, except to
/// check whether a console is available. Disposing the object restores the console.
/// </summary>
internal sealed class ChatKeys : IDisposable
{
    // The parameter is repeated because PowerShell removes the form with one parameter from a host's output if OutputRendering is PlainText.
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

    /// <summary>Returns the next key, or false if there is none yet.</summary>
    public bool TryRead(out InputKey key)
    {
        Read(keys => keys.Count > 0);
        return _ahead.TryDequeue(out key);
    }

    /// <summary>
    /// Returns whether Ctrl+C was pressed; called while an answer arrives. Other keys are kept for the prompt; Ctrl+C discards
    /// them, as in a shell.
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
