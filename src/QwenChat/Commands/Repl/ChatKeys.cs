namespace QwenChat.Commands.Repl;

/// <summary>
/// Reads the keyboard during a chat, with Ctrl+C as an ordinary key and bracketed paste enabled. No other class uses <see cref="Console"/>, except to
/// check whether a console is available. Disposing the object restores the console.
/// </summary>
internal sealed class ChatKeys : IDisposable
{
    // The mode number is repeated, because PowerShell removes the usual sequence, with one number, from host output if OutputRendering is PlainText.
    private const string EnableBracketedPaste = "\x1b[?2004;2004h";
    private const string DisableBracketedPaste = "\x1b[?2004;2004l";

    private readonly Action<string> _write;
    private readonly KeyDecoder _decoder = new(pastesAreKeys: OperatingSystem.IsWindows());
    private readonly Queue<InputKey> _ahead = new();
    private readonly bool _ctrlCWasInput;

    public ChatKeys(Action<string> write)
    {
        _write = write;
        _ctrlCWasInput = Console.TreatControlCAsInput;
        Console.TreatControlCAsInput = true;
        write(EnableBracketedPaste);
    }

    public bool TryRead(out InputKey key)
    {
        Read(keys => keys.Count > 0);
        return _ahead.TryDequeue(out key);
    }

    /// <summary>Returns whether Ctrl+C was pressed while an answer was arriving. If so, discards all pending keys, as in a shell.</summary>
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
            _write(DisableBracketedPaste);
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
