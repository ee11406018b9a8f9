using QwenChat.Commands.Repl;
using Xunit;

namespace QwenChat.Tests.Commands.Repl;

public class InputEditorTests
{
    private static readonly Completion[] s_words = [new("apple"), new("apricot"), new("banana")];

    private readonly InputHistory _history = new();
    private readonly InputEditor _editor;

    public InputEditorTests() => _editor = new InputEditor(_history, text =>
        text.StartsWith('/') ? new Completions(1, s_words.Where(word => word.Text.StartsWith(text[1..], StringComparison.Ordinal)).ToArray())
        : Completions.None);

    [Theory]
    [InlineData("abc", "<< x", "axbc")]
    [InlineData("abc", "<<< < x", "xabc")]
    [InlineData("abc", "<< > x", "abxc")]
    [InlineData("abc", "Home x", "xabc")]
    [InlineData("abc", "Home End x", "abcx")]
    [InlineData("abc", "^A x ^E y", "xabcy")]
    [InlineData("abc", "^B ^B ^F x", "abxc")]
    [InlineData("abc", "Back", "ab")]
    [InlineData("abc", "Home Back", "abc")]
    [InlineData("abc", "Home Del", "bc")]
    [InlineData("abc", "Del", "abc")]
    [InlineData("abc", "Home ^D", "bc")]
    [InlineData("one two three", "^W", "one two ")]
    [InlineData("one two  ", "^W", "one ")]
    [InlineData("one two three", "^Left ^Left ^K", "one ")]
    [InlineData("one two three", "^Left ^U", "three")]
    [InlineData("one two three", "^U ^Y ^Y", "one two threeone two three")]
    [InlineData("one, two", "Home ^Right x", "onex, two")]
    [InlineData("one two", "!B x", "one xtwo")]
    [InlineData("one two", "Home !F x", "onex two")]
    [InlineData("a", "^Enter b", "a\nb")]
    [InlineData("a", "!Enter b", "a\nb")]
    [InlineData("a\\", "Enter b", "a\nb")]
    [InlineData("one\nthree", "Up x", "onex\nthree")]
    [InlineData("one\ntwo", "Up Home Down x", "one\nxtwo")]
    [InlineData("one\ntwo", "Home Home x", "xone\ntwo")]
    [InlineData("one\ntwo", "Up End End x", "one\ntwox")]
    [InlineData("one\ntwo", "Home Back", "onetwo")]
    [InlineData("one\ntwo", "Up ^K", "onetwo")]
    [InlineData("one\ntwo", "Home ^U", "onetwo")]
    [InlineData("😀é", "< Back", "é")]
    [InlineData("e\u0301x", "< Back", "x")]
    [InlineData("👩‍👩‍👧", "Back", "")]
    [InlineData("a😀", "^Left x", "xa😀")]
    [InlineData("abc", "^C", "")]
    [InlineData("abc", "Esc F5 ^X !Z", "abc")]
    [InlineData("a", "Tab b", "a    b")]
    public void Keys_have_their_usual_effects(string typed, string keys, string text)
    {
        Press(typed, keys);
        Assert.Equal(text, _editor.Text);
    }

    [Fact]
    public void Enter_sends() => Assert.Equal(InputState.Sent, Press("hello", "Enter"));

    [Theory]
    [InlineData("")]
    [InlineData("  \n ")]
    public void Empty_input_is_not_sent(string text) => Assert.Equal(InputState.Typing, Press(text, "Enter"));

    [Fact]
    public void A_backslash_in_the_middle_of_text_does_not_begin_a_line() => Assert.Equal(InputState.Sent, Press("a\\b", "< Enter"));

    [Fact]
    public void Ctrl_D_leaves_an_empty_prompt() => Assert.Equal(InputState.Left, Press("", "^D"));

    [Fact]
    public void Ctrl_C_clears_the_text_then_asks_and_then_leaves()
    {
        Assert.Equal(InputState.Typing, Press("abc", "^C"));
        Assert.Empty(_editor.Below);
        Assert.Equal(InputState.Typing, Press("", "^C"));
        Assert.Contains("to leave the chat", Assert.Single(_editor.Below), StringComparison.Ordinal);
        Assert.Equal(InputState.Left, Press("", "^C"));
    }

    [Fact]
    public void Any_other_key_in_between_cancels_leaving()
    {
        Press("", "^C a Back");
        Assert.Equal(InputState.Typing, Press("", "^C"));
    }

    [Fact]
    public void Earlier_messages_are_recalled()
    {
        _history.Add("first");
        _history.Add("second");
        _editor.Begin("");
        Assert.Equal(["second", "first", "first"], new[] { "Up", "Up", "Up" }.Select(key => { Press("", key); return _editor.Text; }));
        Assert.Equal(["second", "", ""], new[] { "Down", "Down", "Down" }.Select(key => { Press("", key); return _editor.Text; }));
    }

    [Fact]
    public void An_unsent_draft_survives_browsing_the_history()
    {
        _history.Add("said");
        _editor.Begin("");
        Press("half", "Up Down");
        Assert.Equal("half", _editor.Text);
    }

    [Fact]
    public void A_repeated_message_is_in_the_history_once()
    {
        _history.Add("a");
        _history.Add("a");
        Press("", "Up Up");
        Assert.Equal("a", _editor.Text);
        Assert.Null(_history.Earlier("a"));
    }

    [Fact]
    public void Tab_writes_the_common_prefix()
    {
        Press("/b", "Tab");
        Assert.Equal("/banana", _editor.Text);
        Assert.Empty(_editor.Below);
    }

    [Fact]
    public void Tab_shows_the_candidates_and_cycles_through_them()
    {
        Press("/a", "Tab");
        Assert.Equal("/ap", _editor.Text);
        Assert.Equal(["  apple", "  apricot"], _editor.Below);
        Press("", "Tab");
        Assert.Equal("/apple", _editor.Text);
        Assert.Equal(["> apple", "  apricot"], _editor.Below);
        Press("", "Tab");
        Assert.Equal("/apricot", _editor.Text);
        Press("", "Tab ^Tab");
        Assert.Equal("/apricot", _editor.Text);
        Press("", "x");
        Assert.Equal("/apricotx", _editor.Text);
        Assert.Empty(_editor.Below);
    }

    [Fact]
    public void A_draft_can_be_edited()
    {
        _editor.Begin("said before");
        Press("", "^W");
        Assert.Equal("said ", _editor.Text);
    }

    [Fact]
    public void A_long_paste_is_inserted_as_a_whole()
    {
        string text = string.Concat(Enumerable.Repeat("line of a log\n", 10_000));
        _editor.Take(InputKey.Of(text));
        Press("", "Back");
        Assert.Equal(text[..^1], _editor.Text);
    }

    /// <summary>
    /// Types text, and then presses keys. The prefix <c>^</c> means Ctrl (Shift in <c>^Tab</c>), and <c>!</c> means Alt. <c>&lt;</c> and <c>&gt;</c> are
    /// the left and right arrow keys. Any other single character is typed as text.
    /// </summary>
    private InputState Press(string typed, string keys)
    {
        if (typed.Length > 0)
            _editor.Take(InputKey.Of(typed));
        var state = InputState.Typing;
        foreach (string key in keys.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            foreach (var one in Key(key))
                state = _editor.Take(one);
        }
        return state;
    }

    private static InputKey[] Key(string key)
    {
        if (key.All(c => c is '<' or '>'))
            return key.Select(c => new InputKey(c == '<' ? ConsoleKey.LeftArrow : ConsoleKey.RightArrow)).ToArray();
        if (key.Length == 1)
            return [InputKey.Of(key)];
        var modifier = key[0] switch { '^' when key == "^Tab" => ConsoleModifiers.Shift, '^' => ConsoleModifiers.Control, '!' => ConsoleModifiers.Alt,
            _ => ConsoleModifiers.None };
        string name = modifier == ConsoleModifiers.None ? key : key[1..];
        return [new InputKey(name switch
        {
            "Back" => ConsoleKey.Backspace, "Del" => ConsoleKey.Delete, "Esc" => ConsoleKey.Escape, "Left" => ConsoleKey.LeftArrow, "Right" =>
                ConsoleKey.RightArrow,
            "Up" => ConsoleKey.UpArrow, "Down" => ConsoleKey.DownArrow, _ => Enum.Parse<ConsoleKey>(name),
        }, modifier)];
    }
}
