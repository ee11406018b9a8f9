using System.Text;
using QwenChat.Commands.Terminal;

namespace QwenChat.Tests.Reliability.Fuzz;

/// <summary>
/// Fuzzes the display of model output on a terminal. Control sequences in the output must have no effect, and the display must not depend on the size
/// of the chunks.
/// </summary>
internal sealed class DisplayTarget() : FuzzTarget("display", SeedFiles.Written)
{
    protected override void Read(byte[] input)
    {
        string said = Encoding.UTF8.GetString(input);
        string displayed = Displayed(said, Math.Max(1, said.Length));
        Later(() =>
        {
            PageTarget.CheckVisible(displayed);
            Demand(displayed == Displayed(said, 1 + input.Length % 7), "Chunks are displayed differently from the whole text.");
        });
    }

    private static string Displayed(string said, int length)
    {
        var display = new TerminalMarkdown(TerminalStyle.Plain, 60);
        var displayed = new StringBuilder();
        for (int at = 0; at < said.Length; at += length)
            displayed.Append(display.Take(said[at..Math.Min(said.Length, at + length)]));
        return displayed.Append(display.End()).ToString();
    }
}
