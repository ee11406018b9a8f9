namespace QwenChat.Commands;

/// <summary>
/// Text from a model or a server as it may be displayed. Such text can hold control sequences that recolour, rewrite or retitle a
/// terminal, and characters that turn the reading order around; here they are made visible. Stored text is never changed.
/// </summary>
public static class SafeText
{
    /// <summary>Makes control characters visible: ESC becomes ␛, what has no picture of its own becomes <c>&lt;U+009B&gt;</c>.</summary>
    /// <param name="text">The text; null counts as empty.</param>
    /// <returns>The text without a character that a terminal obeys, line feeds and tabs excepted.</returns>
    public static string Show(string? text) => VisibleText.Of(text);

    /// <summary>The same on one line, for a table's cell.</summary>
    /// <param name="text">The text; null counts as empty.</param>
    /// <returns>The text with its line breaks and tabs as spaces.</returns>
    public static string ShowLine(string? text) => VisibleText.LineOf(text);
}
