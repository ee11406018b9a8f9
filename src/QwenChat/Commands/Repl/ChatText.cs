using System.Globalization;

namespace QwenChat.Commands.Repl;

/// <summary>Words that a chat says in more than one place.</summary>
internal static class ChatText
{
    /// <summary>So many turns, as a person says it.</summary>
    public static string Turns(int count) => count == 1 ? "1 turn" : string.Create(CultureInfo.CurrentCulture, $"{count:N0} turns");
}
