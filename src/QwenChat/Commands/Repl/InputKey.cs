namespace QwenChat.Commands.Repl;

/// <summary>A keyboard input: a key with a function, or text.</summary>
/// <param name="Key">The key; <see cref="ConsoleKey.None"/> for text.</param>
/// <param name="Text">The text; empty for a key.</param>
internal readonly record struct InputKey(ConsoleKey Key, ConsoleModifiers Modifiers = ConsoleModifiers.None, string Text = "")
{
    public static InputKey Of(string text) => new(ConsoleKey.None, ConsoleModifiers.None, text);

    /// <summary>Returns true for a key combined with Ctrl alone.</summary>
    public bool IsControl(ConsoleKey key) => Key == key && Modifiers == ConsoleModifiers.Control;
}
