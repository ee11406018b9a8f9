namespace QwenChat.Commands.Repl;

/// <summary>The state of the text being edited.</summary>
internal enum InputState
{
    Typing,
    Sent,
    /// <summary>The user left: there is no text, and the chat ends.</summary>
    Left,
}

/// <summary>
/// Handles the keys of an input prompt. Supports the keys that most shells share: the arrow keys, Home and End, and
/// Readline's Ctrl+A, E, B, F, P, N, D, K, U, W, Y and Alt+B, F.
/// </summary>
internal sealed class InputEditor(InputHistory history, Func<string, Completions> complete)
{
    private const string Tab = "    ";

    private readonly EditText _edit = new();
    private readonly InputCompletion _completion = new(complete);
    private bool _asksToLeave;

    public string Text => _edit.Text;

    public int Cursor => _edit.Cursor;

    public IEnumerable<string> Below => _asksToLeave ? ["Press Ctrl+C again, or Ctrl+D, to leave the chat."] : _completion.Rows;

    public void Begin(string text)
    {
        _edit.Set(text);
        _completion.Close();
        _asksToLeave = false;
        history.Rewind();
    }

    /// <summary>Handles a key or inserted text.</summary>
    public InputState Take(InputKey key)
    {
        bool askedToLeave = _asksToLeave;
        _asksToLeave = false;
        if (key.Key == ConsoleKey.Tab)
        {
            if (!_completion.Take(_edit, key.Modifiers.HasFlag(ConsoleModifiers.Shift)))
                _edit.Insert(Tab);
            return InputState.Typing;
        }
        _completion.Close();
        if (key.IsControl(ConsoleKey.C))
            return Cancel(askedToLeave);
        if (key.IsControl(ConsoleKey.D) && Text.Length == 0)
            return InputState.Left;
        if (key.Key == ConsoleKey.Enter)
            return Enter(key.Modifiers != ConsoleModifiers.None);
        if (key.Text.Length > 0)
            _edit.Insert(key.Text);
        else if (key.Modifiers.HasFlag(ConsoleModifiers.Control))
            TakeControl(key.Key);
        else if (key.Modifiers.HasFlag(ConsoleModifiers.Alt))
            TakeAlt(key.Key);
        else
            TakePlain(key.Key);
        return InputState.Typing;
    }

    private InputState Cancel(bool again)
    {
        if (Text.Length > 0)
            Begin("");
        else if (again)
            return InputState.Left;
        else
            _asksToLeave = true;
        return InputState.Typing;
    }

    /// <summary>Handles Enter, which sends the text or, with a modifier key or after a backslash, inserts a line break.</summary>
    private InputState Enter(bool isHeld)
    {
        if (isHeld)
        {
            _edit.Insert("\n");
        }
        else if (Cursor == Text.Length && Text.EndsWith('\\'))
        {
            _edit.DeleteLeft();
            _edit.Insert("\n");
        }
        else if (!string.IsNullOrWhiteSpace(Text))
        {
            return InputState.Sent;
        }
        return InputState.Typing;
    }

    private void TakePlain(ConsoleKey key)
    {
        switch (key)
        {
            case ConsoleKey.LeftArrow: _edit.MoveLeft(); break;
            case ConsoleKey.RightArrow: _edit.MoveRight(); break;
            case ConsoleKey.UpArrow: MoveUp(); break;
            case ConsoleKey.DownArrow: MoveDown(); break;
            case ConsoleKey.Home: _edit.MoveHome(); break;
            case ConsoleKey.End: _edit.MoveEnd(); break;
            case ConsoleKey.Backspace: _edit.DeleteLeft(); break;
            case ConsoleKey.Delete: _edit.DeleteRight(); break;
        }
    }

    private void TakeControl(ConsoleKey key)
    {
        switch (key)
        {
            case ConsoleKey.A: _edit.MoveHome(); break;
            case ConsoleKey.E: _edit.MoveEnd(); break;
            case ConsoleKey.B: _edit.MoveLeft(); break;
            case ConsoleKey.F: _edit.MoveRight(); break;
            case ConsoleKey.P: MoveUp(); break;
            case ConsoleKey.N: MoveDown(); break;
            case ConsoleKey.D: _edit.DeleteRight(); break;
            case ConsoleKey.H: _edit.DeleteLeft(); break;
            case ConsoleKey.K: _edit.KillToEnd(); break;
            case ConsoleKey.U: _edit.KillToStart(); break;
            case ConsoleKey.W or ConsoleKey.Backspace: _edit.KillWord(); break;
            case ConsoleKey.Y: _edit.Yank(); break;
            case ConsoleKey.LeftArrow: _edit.MoveWordLeft(); break;
            case ConsoleKey.RightArrow: _edit.MoveWordRight(); break;
        }
    }

    private void TakeAlt(ConsoleKey key)
    {
        switch (key)
        {
            case ConsoleKey.B or ConsoleKey.LeftArrow: _edit.MoveWordLeft(); break;
            case ConsoleKey.F or ConsoleKey.RightArrow: _edit.MoveWordRight(); break;
            case ConsoleKey.Backspace: _edit.KillWord(); break;
        }
    }

    private void MoveUp()
    {
        if (!_edit.MoveUp() && history.Earlier(Text) is { } earlier)
            _edit.Set(earlier);
    }

    private void MoveDown()
    {
        if (!_edit.MoveDown() && history.Later() is { } later)
            _edit.Set(later);
    }
}
