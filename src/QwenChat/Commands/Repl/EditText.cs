using System.Globalization;

namespace QwenChat.Commands.Repl;

/// <summary>The text being edited. The cursor is always between user-perceived characters.</summary>
internal sealed class EditText
{
    private string _killed = "";

    /// <summary>The text, with line feeds between lines.</summary>
    public string Text { get; private set; } = "";

    /// <summary>The index of the UTF-16 code unit after the cursor.</summary>
    public int Cursor { get; private set; }

    public void Set(string text) => (Text, Cursor) = (text, text.Length);

    public void Insert(string text) => Replace(Cursor, Cursor, text);

    public void Replace(int from, int to, string text)
    {
        Text = string.Concat(Text.AsSpan(0, from), text, Text.AsSpan(to));
        Cursor = from + text.Length;
    }

    public void MoveLeft() => Cursor = Before(Cursor);

    public void MoveRight() => Cursor = After(Cursor);

    public void MoveWordLeft() => Cursor = WordStart(char.IsLetterOrDigit);

    public void MoveWordRight()
    {
        int at = Cursor;
        while (at < Text.Length && !char.IsLetterOrDigit(Text[at]))
            at++;
        while (at < Text.Length && char.IsLetterOrDigit(Text[at]))
            at++;
        Cursor = Whole(at);
    }

    /// <summary>Moves to the beginning of the line or, if already there, to the beginning of the text.</summary>
    public void MoveHome() => Cursor = LineStart(Cursor) is var start && start < Cursor ? start : 0;

    /// <summary>Moves to the end of the line or, if already there, to the end of the text.</summary>
    public void MoveEnd() => Cursor = LineEnd(Cursor) is var end && end > Cursor ? end : Text.Length;

    /// <summary>Moves up a line; returns false on the first line.</summary>
    public bool MoveUp()
    {
        int start = LineStart(Cursor);
        if (start == 0)
            return false;
        Cursor = InLine(LineStart(start - 1), Elements(start, Cursor));
        return true;
    }

    /// <summary>Moves down a line; returns false on the last line.</summary>
    public bool MoveDown()
    {
        int end = LineEnd(Cursor);
        if (end == Text.Length)
            return false;
        Cursor = InLine(end + 1, Elements(LineStart(Cursor), Cursor));
        return true;
    }

    public void DeleteLeft() => Replace(Before(Cursor), Cursor, "");

    public void DeleteRight()
    {
        int at = Cursor;
        Replace(at, After(at), "");
    }

    /// <summary>Deletes the word before the cursor, back to the preceding blank.</summary>
    public void KillWord() => Kill(WordStart(c => !char.IsWhiteSpace(c)), Cursor);

    /// <summary>Deletes from the beginning of the line to the cursor. At the beginning of the line, deletes the preceding line break.</summary>
    public void KillToStart() => Kill(LineStart(Cursor) is var start && start < Cursor ? start : Before(Cursor), Cursor);

    /// <summary>Deletes the rest of the line. At the end of the line, deletes the line break.</summary>
    public void KillToEnd() => Kill(Cursor, LineEnd(Cursor) is var end && end > Cursor ? end : After(Cursor));

    /// <summary>Inserts the most recently deleted text.</summary>
    public void Yank() => Insert(_killed);

    private void Kill(int from, int to)
    {
        if (from == to)
            return;
        _killed = Text[from..to];
        Replace(from, to, "");
    }

    private int LineStart(int at) => at == 0 ? 0 : Text.LastIndexOf('\n', at - 1) + 1;

    private int LineEnd(int at) => Text.IndexOf('\n', at) is >= 0 and var end ? end : Text.Length;

    private int After(int at) => at >= Text.Length ? at : at + StringInfo.GetNextTextElementLength(Text, at);

    // Characters never span a line break, so the search starts at the beginning of the line.
    private int Before(int at)
    {
        if (at == 0)
            return 0;
        int before = LineStart(at);
        if (before == at)
            return at - 1;
        for (int next = After(before); next < at; next = After(before))
            before = next;
        return before;
    }

    /// <summary>Returns the first boundary between characters at or after a position.</summary>
    private int Whole(int at)
    {
        int whole = LineStart(at);
        while (whole < at)
            whole = After(whole);
        return whole;
    }

    private int WordStart(Func<char, bool> isWord)
    {
        int at = Cursor;
        while (at > 0 && !isWord(Text[at - 1]))
            at--;
        while (at > 0 && isWord(Text[at - 1]))
            at--;
        return Whole(at);
    }

    private int Elements(int from, int to)
    {
        int count = 0;
        for (int at = from; at < to; at = After(at))
            count++;
        return count;
    }

    private int InLine(int start, int elements)
    {
        int at = start;
        for (int end = LineEnd(start); elements > 0 && at < end; elements--)
            at = After(at);
        return at;
    }
}
