using QwenChat.Text;

namespace QwenChat.Commands.Repl;

internal static class ChatText
{
    public static string Turns(int count) => Quantity.Of(count, "turn");
}
