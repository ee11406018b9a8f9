using QwenChat.Commands.Repl;
using Xunit;

namespace QwenChat.Tests.Commands.Repl;

/// <summary>Tests decoding keys as .NET 8 and .NET 10 report them in tmux on Linux.</summary>
public class KeyDecoderTests
{
    private readonly KeyDecoder _decoder = new(pastesAreKeys: false);

    [Fact]
    public void A_character_is_text() => Assert.Equal([InputKey.Of("a")], Keys("a"));

    [Fact]
    public void Enter_is_a_key() => Assert.Equal([new InputKey(ConsoleKey.Enter)], Keys("\r"));

    [Fact]
    public void Ctrl_C_is_a_key()
    {
        var key = Take(new ConsoleKeyInfo('\x3', ConsoleKey.C, shift: false, alt: false, control: true));
        Assert.True(key!.Value.IsControl(ConsoleKey.C));
    }

    [Fact]
    public void A_character_typed_with_AltGr_is_text() =>
        Assert.Equal(InputKey.Of("@"), Take(new ConsoleKeyInfo('@', ConsoleKey.Q, shift: false, alt: true, control: true)));

    [Fact]
    public void A_surrogate_pair_is_one_character() => Assert.Equal([InputKey.Of("😀")], Keys("😀"));

    [Fact]
    public void Half_a_surrogate_pair_is_ignored() => Assert.Equal([InputKey.Of("x")], Keys("\ude00x"));

    [Fact]
    public void Escape_before_Enter_is_Alt() => Assert.Equal([new InputKey(ConsoleKey.Enter, ConsoleModifiers.Alt)], Keys("\x1b\r"));

    [Fact]
    public void Escape_alone_is_a_key() =>
    Assert.Equal([new InputKey(ConsoleKey.Escape), InputKey.Of("[")], [Take(Info('\x1b'), followed: false)!.Value, .. Keys("[")]);

    [Fact]
    public void An_unknown_sequence_is_not_text() => Assert.Equal([InputKey.Of("a")], Keys("\x1b[1;9Z\x1bOqa"));

    [Theory]
    [InlineData("one\rtwo", "one\ntwo")]
    [InlineData("one\r\ntwo\n", "one\ntwo\n")]
    [InlineData("", "")]
    [InlineData("a\tb\x1b[1mc", "a\tb\x1b[1mc")]
    [InlineData("😀~", "😀~")]
    public void A_paste_is_a_single_input(string pasted, string text) =>
        Assert.Equal([InputKey.Of("<"), InputKey.Of(text), InputKey.Of(">")], Keys($"<\x1b[200~{pasted}\x1b[201~>"));

    [Fact]
    public void Without_bracketed_paste_an_Enter_followed_by_more_input_is_pasted()
    {
        var decoder = new KeyDecoder(pastesAreKeys: true);
        Assert.Equal(InputKey.Of("\n"), decoder.Take(Info('\r'), isFollowed: true));
        Assert.Equal(new InputKey(ConsoleKey.Enter), decoder.Take(Info('\r'), isFollowed: false));
    }

    private InputKey[] Keys(string characters) => characters.Select(c => Take(Info(c))).OfType<InputKey>().ToArray();

    private InputKey? Take(ConsoleKeyInfo key, bool followed = true) => _decoder.Take(key, followed);

    private static ConsoleKeyInfo Info(char c) =>
        new(c, c switch { '\r' => ConsoleKey.Enter, '\x1b' => ConsoleKey.Escape, >= 'a' and <= 'z' => (ConsoleKey)char.ToUpperInvariant(c),
        _ => ConsoleKey.None }, shift: false, alt: false, control: false);
}
