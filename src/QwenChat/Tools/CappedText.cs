using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using QwenChat.Text;

namespace QwenChat.Tools;

/// <summary>
/// Collects the result of a tool. Text that is too long for a model is truncated, if possible at the end of a line. The rest of the text is counted
/// but not kept.
/// </summary>
internal sealed partial class CappedText
{
    /// <summary>The maximum number of characters of a result that the model receives.</summary>
    public const int MaximumLength = 16_000;

    private readonly StringBuilder _text = new();
    private long _length;

    /// <summary>Whether the limit has been exceeded, so that further text is not kept.</summary>
    public bool IsFull => _text.Length > MaximumLength;

    public bool IsEmpty => _length == 0;

    /// <summary>Adds one or more lines.</summary>
    public void AddLine(string line)
    {
        if (line.Contains('\x1B', StringComparison.Ordinal))
            line = AnsiPattern().Replace(line, "");
        line = line.TrimEnd();
        _length += line.Length + 1;
        if (!IsFull)
            _text.Append(line.AsSpan(0, Math.Min(line.Length, MaximumLength + 1))).Append('\n');
    }

    /// <summary>Returns the text for the model.</summary>
    /// <param name="objects">The number of objects that the tool wrote.</param>
    /// <param name="isMore">Whether the tool wrote more characters than were counted.</param>
    public string ToText(long objects, bool isMore = false)
    {
        string text = _text.ToString().TrimEnd('\n');
        if (text.Length <= MaximumLength && !isMore)
            return text.Length == 0 ? "(no output)" : text;
        string kept = text.Length <= MaximumLength ? text : text[..MaximumLength];
        int end = kept.Length < text.Length && text[kept.Length] != '\n' ? kept.LastIndexOf('\n') : kept.Length;
        if (end > MaximumLength / 2)
            kept = kept[..end];
        else if (char.IsHighSurrogate(kept[^1]))
            kept = kept[..^1];
        return string.Create(CultureInfo.InvariantCulture,
            $"{kept}\n[cut: {kept.Length:N0} of {(isMore ? "more than " : "")}{_length - 1:N0} characters, {Quantity.Of(objects, "object")}; ask for less]");
    }

    [GeneratedRegex(@"\x1B(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1B]*(\x07|\x1B\\)|[@-Z\\-_])", RegexOptions.CultureInvariant)]
    private static partial Regex AnsiPattern();
}
