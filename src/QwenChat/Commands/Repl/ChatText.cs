using QwenChat.Text;

namespace QwenChat.Commands.Repl;

/// <summary>Phrases used in several places of a chat.</summary>
internal static class ChatText
{
    public static string Turns(int count) => Quantity.Of(count, "turn");
}
