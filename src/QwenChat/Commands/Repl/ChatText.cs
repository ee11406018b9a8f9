using System.Globalization;

namespace QwenChat.Commands.Repl;

/// <summary>Phrases used in several places of a chat.</summary>
internal static class ChatText
{
    /// <summary>Returns a number of turns as text.</summary>
    public static string Turns(int count) => count == 1 ? "1 turn" : string.Create(CultureInfo.CurrentCulture, $"{count:N0} turns");
}
