using System.Text;

namespace QwenChat.Commands.Repl;

/// <summary>
/// Converts the output of <c>Console.ReadKey</c> to keys and text. .NET returns each character of xterm's bracketed paste (<c>ESC [ 200 ~</c> …
/// <c>ESC [ 201 ~</c>) as a key, and each pasted line break as Enter.
/// </summary>
/// <param name="pastesAreKeys">
/// True if there is no bracketed paste (Windows). An Enter key followed immediately by another key is then treated as pasted text.
/// </param>
internal sealed class KeyDecoder(bool pastesAreKeys)
{
    private const char Escape = '\x1b';
    private const string PasteBegins = "200~";
    private const string PasteEnds = "\x1b[201~";

    private readonly StringBuilder _held = new();
    private State _state;
    private char _high;

    private enum State
    {
        Keys,
        AfterEscape,
        Sequence,
        Paste,
    }

    /// <summary>
    /// Handles a key from the console; returns null while the input is incomplete. <paramref name="isFollowed"/> is true if the next key was available
    /// immediately.
    /// </summary>
    public InputKey? Take(ConsoleKeyInfo key, bool isFollowed)
    {
        switch (_state)
        {
            case State.AfterEscape when key.KeyChar is '[' or 'O':
                (_state, _held.Length) = (State.Sequence, 0);
                return null;
            case State.AfterEscape:
                _state = State.Keys;
                return Known(key) with { Modifiers = key.Modifiers | ConsoleModifiers.Alt };
            case State.Sequence:
                TakeSequence(key.KeyChar);
                return null;
            case State.Paste:
                return TakePasted(key.KeyChar);
            case State.Keys when key.KeyChar == Escape && isFollowed:
                _state = State.AfterEscape;
                return null;
            case State.Keys when pastesAreKeys && isFollowed && key is { Key: ConsoleKey.Enter, Modifiers: ConsoleModifiers.None }:
                return InputKey.Of("\n");
            default:
                return TakeKey(key);
        }
    }

    private InputKey? TakeKey(ConsoleKeyInfo key)
    {
        if (char.IsHighSurrogate(key.KeyChar))
        {
            _high = key.KeyChar;
            return null;
        }
        if (char.IsLowSurrogate(key.KeyChar))
            return _high == '\0' ? null : InputKey.Of($"{_high}{key.KeyChar}");
        _high = '\0';
        bool isHeld = key.Modifiers.HasFlag(ConsoleModifiers.Control) != key.Modifiers.HasFlag(ConsoleModifiers.Alt);
        // Ctrl and Alt together are AltGr, which types characters.
        return key.KeyChar is >= ' ' and not '\x7f' && !isHeld ? InputKey.Of(key.KeyChar.ToString()) : Known(key);
    }

    private static InputKey Known(ConsoleKeyInfo key) => new(key.Key, key.Modifiers);

    /// <summary>Discards an escape sequence that .NET does not map to a key, except the sequence that starts pasted text.</summary>
    private void TakeSequence(char c)
    {
        _held.Append(c);
        // Only a byte from 40 to 7E (hexadecimal) ends a control sequence (ECMA-48 §5.4).
        if (c is < '\x40' or > '\x7e')
            return;
        _state = _held.ToString() == PasteBegins ? State.Paste : State.Keys;
        _held.Clear();
    }

    private InputKey? TakePasted(char c)
    {
        if (c != '\0')
            _held.Append(c);
        if (c != '~' || _held.Length < PasteEnds.Length || _held.ToString(_held.Length - PasteEnds.Length, PasteEnds.Length) != PasteEnds)
            return null;
        _state = State.Keys;
        string text = _held.ToString(0, _held.Length - PasteEnds.Length);
        _held.Clear();
        return InputKey.Of(text.ReplaceLineEndings("\n"));
    }
}
