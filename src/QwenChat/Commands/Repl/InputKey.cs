namespace QwenChat.Commands.Repl;

/// <summary>
/// A keyboard input: a key with a function, or text. For text, <paramref name="Key"/> is <see cref="ConsoleKey.None"/>. For a key,
/// <paramref name="Text"/> is empty.
/// </summary>
internal readonly record struct InputKey(ConsoleKey Key, ConsoleModifiers Modifiers = ConsoleModifiers.None, string Text = "")
{
    public static InputKey Of(string text) => new(ConsoleKey.None, ConsoleModifiers.None, text);

    /// <summary>Returns true for a key combined with Ctrl alone.</summary>
    public bool IsControl(ConsoleKey key) => Key == key && Modifiers == ConsoleModifiers.Control;
}
