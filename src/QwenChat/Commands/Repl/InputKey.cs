namespace QwenChat.Commands.Repl;

/// <summary>What came from the keyboard: a key that does something, or text to be written.</summary>
/// <param name="Key">The key; <see cref="ConsoleKey.None"/> for text.</param>
/// <param name="Modifiers">What was held with it.</param>
/// <param name="Text">The text; empty for a key.</param>
internal readonly record struct InputKey(ConsoleKey Key, ConsoleModifiers Modifiers = ConsoleModifiers.None, string Text = "")
{
    /// <summary>Text that was typed or pasted.</summary>
    public static InputKey Of(string text) => new(ConsoleKey.None, ConsoleModifiers.None, text);

    /// <summary>True for a key held together with Ctrl alone.</summary>
    public bool IsControl(ConsoleKey key) => Key == key && Modifiers == ConsoleModifiers.Control;
}
