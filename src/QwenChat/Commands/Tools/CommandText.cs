using System.Collections;
using System.Globalization;
using QwenChat.Commands.Input;
using QwenChat.Text;

namespace QwenChat.Commands.Tools;

/// <summary>
/// Writes a call as the user would type it, for the approval prompt. Strings are in single quotes and safe to display. Long text is truncated.
/// </summary>
internal static class CommandText
{
    private const int MaximumLength = 600;
    private const int MostElements = 20;

    public static string Of(string command, IDictionary arguments)
    {
        var parts = arguments.Cast<DictionaryEntry>().OrderBy(one => one.Key.ToString(), StringComparer.OrdinalIgnoreCase)
            .Select(one => one.Value is true ? $"-{one.Key}" : $"-{one.Key}{(one.Value is false ? ":" : " ")}{Value(one.Value)}");
        return Cut(string.Join(' ', [command, .. parts]));
    }

    public static string Of(string program, IEnumerable<string> arguments) => Cut(string.Join(' ', arguments.Select(SingleQuoted.Of).Prepend(program)));

    private static string Value(object? value) => value switch
    {
        null => "$null",
        bool flag => flag ? "$true" : "$false",
        string text => SingleQuoted.Of(text),
        IDictionary table => SingleQuoted.Of(ObjectJson.ToText(table, 65536)),
        IEnumerable list => List(list.Cast<object?>().ToArray()),
        int or long or decimal or double => ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture),
        _ => SingleQuoted.Of(ScalarValue.Of(value)?.Text ?? value.ToString() ?? ""),
    };

    private static string List(object?[] elements) => string.Join(", ", elements.Take(MostElements).Select(Value))
        + (elements.Length > MostElements ? FormattableString.Invariant($" … {elements.Length - MostElements:N0} more") : elements.Length == 0 ? "@()" : "");

    private static string Cut(string text)
    {
        string shown = SafeText.ShowLine(text);
        return shown.Length <= MaximumLength ? shown
            : $"{shown[..MaximumLength]}… ({Quantity.Of(shown.Length - MaximumLength, "more character")})";
    }
}
