using System.Collections;
using System.Globalization;
using System.Management.Automation;
using QwenChat.Text;

namespace QwenChat.Commands;

/// <summary>
/// Makes text from a model or a server safe to display. Invisible characters, control sequences, and characters that change the reading order are made
/// visible. Stored text is never changed.
/// </summary>
public static class SafeText
{
    /// <summary>The maximum number of list elements in a view, as in PowerShell.</summary>
    private const int MostElements = 4;

    /// <summary>Makes control characters visible: ESC becomes ␛, and a character without a symbol becomes, for example, <c>&lt;U+009B&gt;</c>.</summary>
    /// <param name="text">The text; null counts as empty.</param>
    /// <returns>The text without control characters, except line feeds and tabs.</returns>
    public static string Show(string? text) => VisibleText.Of(text);

    /// <summary>Makes text safe on one line, for a table cell.</summary>
    /// <param name="text">The text; null counts as empty.</param>
    /// <returns>The text with spaces in place of line breaks and tabs.</returns>
    public static string ShowLine(string? text) => VisibleText.LineOf(text);

    /// <summary>Returns the value of a property for a list view.</summary>
    /// <param name="value">The value, of any type.</param>
    /// <returns>Text that is safe to display.</returns>
    public static string Value(object? value) => (value is PSObject wrapped ? wrapped.BaseObject : value) switch
    {
        null => "",
        string text => Show(text),
        byte[] bytes => Quantity.Of(bytes.Length, "byte"),
        IEnumerable list => "{" + string.Join(", ", Elements(list)) + "}",
        IFormattable number => Show(number.ToString(null, CultureInfo.CurrentCulture)),
        var other => Show(other.ToString()),
    };

    /// <summary>Returns the value of a property for a table view, on one line.</summary>
    /// <param name="value">The value, of any type.</param>
    /// <returns>Text that is safe to display.</returns>
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
