using System.Collections;
using System.Globalization;
using System.Management.Automation;
using QwenChat.Text;

namespace QwenChat.Commands;

/// <summary>
/// Text from a model or a server as it may be displayed. Such text can hold control sequences that recolour, rewrite or retitle a
/// terminal, characters that turn the reading order around, and characters that nobody sees; here they are made visible. Stored text is
/// never changed.
/// </summary>
public static class SafeText
{
    /// <summary>A view shows so many elements of a list, as PowerShell does.</summary>
    private const int MostElements = 4;

    /// <summary>Makes control characters visible: ESC becomes ␛, what has no picture of its own becomes <c>&lt;U+009B&gt;</c>.</summary>
    /// <param name="text">The text; null counts as empty.</param>
    /// <returns>The text without a character that a terminal obeys, line feeds and tabs excepted.</returns>
    public static string Show(string? text) => VisibleText.Of(text);

    /// <summary>The same on one line, for a table's cell.</summary>
    /// <param name="text">The text; null counts as empty.</param>
    /// <returns>The text with its line breaks and tabs as spaces.</returns>
    public static string ShowLine(string? text) => VisibleText.LineOf(text);

    /// <summary>A property's value as a list shows it.</summary>
    /// <param name="value">The value, of any type.</param>
    /// <returns>A text that is safe to display.</returns>
    public static string Value(object? value) => (value is PSObject wrapped ? wrapped.BaseObject : value) switch
    {
        null => "",
        string text => Show(text),
        byte[] bytes => string.Create(CultureInfo.CurrentCulture, $"{bytes.Length:N0} bytes"),
        IEnumerable list => "{" + string.Join(", ", Elements(list)) + "}",
        IFormattable number => Show(number.ToString(null, CultureInfo.CurrentCulture)),
        var other => Show(other.ToString()),
    };

    /// <summary>A property's value as a table shows it, on one line.</summary>
    /// <param name="value">The value, of any type.</param>
    /// <returns>A text that is safe to display.</returns>
    public static string Line(object? value) => ShowLine(Value(value));

    private static IEnumerable<string> Elements(IEnumerable list)
    {
        int count = 0;
        foreach (object? element in list)
        {
            if (count++ == MostElements)
            {
                yield return "…";
                yield break;
            }
            yield return ShowLine((element is PSObject wrapped ? wrapped.BaseObject : element)?.ToString());
        }
    }
}
