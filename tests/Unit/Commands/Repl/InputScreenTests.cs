using QwenChat.Commands.Repl;
using Xunit;

namespace QwenChat.Tests.Commands.Repl;

public class InputScreenTests
{
    private const string Prompt = "\x1b[1m> \x1b[0m";

    private readonly FakeScreen _terminal = new(20, 8);
    private readonly InputScreen _screen;

    public InputScreenTests() => _screen = new InputScreen(_terminal.Write);

    [Fact]
    public void Text_follows_the_prompt_and_the_cursor_follows_the_text()
    {
        Show("hello");
        Assert.Equal("> hello", _terminal.Text);
        Assert.Equal((0, 7), _terminal.Cursor);
    }

    [Theory]
    [InlineData("hello", 0, 0, 2)]
    [InlineData("hello", 2, 0, 4)]
    [InlineData("a\nb", 1, 0, 3)]
    [InlineData("a\nb", 2, 1, 2)]
    [InlineData("a\n", 2, 1, 2)]
    [InlineData("夏天", 1, 0, 4)]
    [InlineData("\tx", 1, 0, 6)]
    [InlineData("0123456789012345", 16, 0, 18)]
    [InlineData("01234567890123456", 17, 1, 2)]
    [InlineData("01234567890123456x", 17, 1, 2)]
    [InlineData("0123456789012345夏", 16, 1, 2)]
    [InlineData("a\x1b[2J", 2, 0, 4)]
    public void The_cursor_is_where_the_next_character_goes(string text, int cursor, int row, int column)
    {
        Show(text, cursor);
        Assert.Equal((row, column), _terminal.Cursor);
    }

    [Fact]
    public void Long_lines_and_wide_characters_wrap_before_the_edge()
    {
        Show("0123456789012345夏天 next\nline");
        Assert.Equal(["> 0123456789012345", "  夏天 next", "  line"], _terminal.Rows);
    }

    [Fact]
    public void Control_characters_are_shown_and_have_no_effect()
    {
        Show("a\x1b[2J\u202e");
        Assert.Equal("> a␛[2J<U+202E>", _terminal.Text);
    }

    [Fact]
    public void Text_typed_at_the_end_is_appended_without_redrawing()
    {
        Show("hell");
        _terminal.Written.Clear();
        Show("hello");
        Assert.Equal("o", _terminal.Written.ToString());
    }

    [Fact]
    public void Unchanged_text_writes_nothing()
    {
        Show("hello", 2);
        _terminal.Written.Clear();
        Show("hello", 2);
        Assert.Equal("", _terminal.Written.ToString());
    }

    [Fact]
    public void Any_text_after_any_other_text_is_shown_completely()
    {
        string[] texts = ["", "a", "a\nb\nc", "a\nB", "0123456789012345678901234567890", "a\n\n\nx", "夏天夏天夏天夏天夏天", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj", "b"];
        foreach (string before in texts)
        {
            foreach (string after in texts)
            {
                foreach (string[] below in new string[][] { [], ["  one"], ["  one", "> two"] })
                {
                    var (terminal, alone) = (new FakeScreen(20, 8), new FakeScreen(20, 8));
                    var screen = new InputScreen(terminal.Write);
                    screen.Show(Layout(before, before.Length / 2), ["x"], 20);
                    screen.Show(Layout(after, after.Length / 2), below, 20);
                    new InputScreen(alone.Write).Show(Layout(after, after.Length / 2), below, 20);
                    Assert.Equal(alone.Text, terminal.Text);
                    Assert.Equal(alone.Cursor, terminal.Cursor);
                }
            }
        }
    }

    [Fact]
    public void Clearing_leaves_nothing_and_resets_the_cursor()
    {
        _terminal.Write("before\r\n");
        Show("a\nb\nc", 2);
        _screen.Clear();
        Assert.Equal("before", _terminal.Text);
        Assert.Equal((1, 0), _terminal.Cursor);
    }

    [Fact]
    public void Text_taller_than_the_display_is_shown_around_the_cursor()
    {
        string text = string.Join('\n', Enumerable.Range(1, 30));
        Show(text, text.Length, rows: 5);
        Assert.Equal(["  26", "  27", "  28", "  29", "  30"], _terminal.Rows);
        Show(text, 0, rows: 5);
        Assert.Equal(["> 1", "  2", "  3", "  4", "  5"], _terminal.Rows);
        Assert.Equal((0, 2), _terminal.Cursor);
    }

    [Fact]
    public void A_narrower_display_shows_no_remains_of_earlier_text()
    {
        _terminal.Write("before\r\n");
        Show("0123456789012345 more\nand more");
        _terminal.Narrow(12);
        _screen.Show(InputLayout.Of("0123456789012345 more\nand more!", 31, Prompt, 12), [], 12);
        Assert.Equal(["before", "> 012345678", "  9012345 m", "  ore", "  and more!"], _terminal.Text.Split('\n'));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    public void The_narrowest_display_shows_every_character(int width)
    {
        var layout = InputLayout.Of("夏天abc", 5, Prompt, width);
        Assert.Equal("夏天abc", string.Concat(layout.Rows).Replace(Prompt, "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal));
    }

    private static InputLayout Layout(string text, int cursor) => InputLayout.Of(text, cursor, Prompt, 20).Within(5);

    private void Show(string text, int? cursor = null, int rows = 8) =>
        _screen.Show(InputLayout.Of(text, cursor ?? text.Length, Prompt, 20).Within(rows), [], 20);
}
