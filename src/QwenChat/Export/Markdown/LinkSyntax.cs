using System.Text;

namespace QwenChat.Export.Markdown;

/// <summary>Reads the label, destination and title of a Markdown link, as specified by CommonMark.</summary>
internal static class LinkSyntax
{
    private const int MaximumLabel = 999;
    private const int MaximumAddress = 2000;
    private const int MaximumParentheses = 32;

    /// <summary>Returns the index of the <c>]</c> that closes the label opened by the <c>[</c> at an index; -1 if the label is not closed.</summary>
    public static int LabelEnd(string text, int at)
    {
        int last = Math.Min(text.Length - 1, at + 1 + MaximumLabel);
        for (int i = at + 1; i <= last; i++)
        {
            if (text[i] == '\\')
                i++;
            else if (text[i] == ']')
                return i;
            else if (text[i] == '[')
                return -1;
        }
        return -1;
    }

    public static bool TryDestination(string text, ref int at, out string destination)
    {
        destination = "";
        int last = Math.Min(text.Length, at + MaximumAddress), i = at;
        if (at < text.Length && text[at] == '<')
        {
            for (i++; i < last && text[i] is not ('>' or '<' or '\n'); i++)
                i += text[i] == '\\' ? 1 : 0;
            if (i >= last || text[i] != '>')
                return false;
            destination = Unescape(text.AsSpan(at + 1, i - at - 1));
            at = i + 1;
            return true;
        }
        int depth = 0;
        for (; i < last && text[i] > ' ' && text[i] != '\x7F'; i++)
        {
            if (text[i] == '\\' && i + 1 < last && char.IsAscii(text[i + 1]) && IsMark(text[i + 1]))
                i++;
            else if (text[i] == '(' && ++depth > MaximumParentheses || text[i] == ')' && --depth < 0)
                break;
        }
        if (i >= last && last < text.Length || depth > 0)
            return false;
        destination = Unescape(text.AsSpan(at, i - at));
        at = i;
        return true;
    }

    /// <summary>Reads the title that begins at an index, in double quotes, single quotes or parentheses.</summary>
    /// <returns>False if there is no title.</returns>
    public static bool TryTitle(string text, ref int at, out string title)
    {
        title = "";
        if (at >= text.Length || text[at] is not ('"' or '\'' or '('))
            return false;
        char open = text[at], close = open == '(' ? ')' : open;
        int last = Math.Min(text.Length, at + MaximumAddress);
        for (int i = at + 1; i < last; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == close)
            {
                title = Unescape(text.AsSpan(at + 1, i - at - 1));
                at = i + 1;
                return true;
            }
            else if (text[i] == '(' && open == '(')
            {
                return false;
            }
        }
        return false;
    }

    /// <summary>Skips white space with at most one line break.</summary>
    public static int SkipBlanks(string text, int at)
    {
        bool hadLineEnd = false;
        while (at < text.Length && (text[at] is ' ' or '\t' || text[at] == '\n' && !hadLineEnd))
            hadLineEnd |= text[at++] == '\n';
        return at;
    }

    /// <summary>Returns the text with its escapes and character references resolved.</summary>
    public static string Unescape(ReadOnlySpan<char> text)
    {
        if (text.IndexOfAny('\\', '&') < 0)
            return text.ToString();
        var plain = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length && IsMark(text[i + 1]))
            {
                plain.Append(text[++i]);
            }
            else if (text[i] == '&' && CharacterReferences.Read(text, i, out int length) is { Length: > 0 } characters)
            {
                plain.Append(characters);
                i += length - 1;
            }
            else
            {
                plain.Append(text[i]);
            }
        }
        return plain.ToString();
    }

    /// <summary>Returns whether a backslash can escape a character. Only ASCII punctuation can be escaped.</summary>
    public static bool IsMark(char c) => char.IsAscii(c) && (char.IsPunctuation(c) || char.IsSymbol(c));
}
