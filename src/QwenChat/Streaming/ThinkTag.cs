namespace QwenChat.Streaming;

/// <summary>
/// Parses thinking that a server left in the content, between <c>&lt;think&gt;</c> and <c>&lt;/think&gt;</c>. Only a start tag at the beginning of a
/// reply is recognized; a start tag anywhere else is part of the text.
/// </summary>
internal static class ThinkTag
{
    private const string StrayEnd = "</think>";

    /// <summary>The maximum length of a tag, including its attributes.</summary>
    private const int LongestTag = 120;

    // The tags in the templates of several vendors. <thinking> is not included, because prompts often ask the model to write it.
    private static readonly (string Open, string Close)[] s_tags =
        [("<think", "</think"), ("<seed:think", "</seed:think"), ("[THINK", "[/THINK"), ("◁think", "◁/think")];

    public static (string Thinking, string Text) Split(string content)
    {
        int at = SkipBlanks(content, 0);
        string thinking = "";
        int from = 0;
        while (Open(content, at, out int tag, out int body))
        {
            int end = Close(content, body, tag, out int next);
            if (end < 0)
                return (Join(thinking, WithoutCutTag(content[body..], tag).Trim()), "");
            thinking = Join(thinking, content[body..end].Trim());
            from = at = SkipBlanks(content, next);
        }
        // Chat templates that open the thinking block themselves leave only the end tag in the content.
        if (FindStrayEnd(content, from) is { } stray)
        {
            thinking = Join(thinking, content[from..stray].Trim());
            from = SkipBlanks(content, stray + StrayEnd.Length);
        }
        return (thinking, from == 0 ? content : content[from..]);
    }

    /// <summary>Joins two parts of the thinking. If the parts are equal, only one of them is kept.</summary>
    public static string Join(string first, string second) =>
        first.Length == 0 ? second : second.Length == 0 || first.Trim() == second.Trim() ? first : first + "\n" + second;

    /// <summary>
    /// Returns whether a start tag is at an index. <paramref name="tag"/> is the index of the tag in the list of tags. <paramref name="body"/> is the
    /// index after the tag.
    /// </summary>
    public static bool Open(string text, int at, out int tag, out int body)
    {
        for (tag = 0; tag < s_tags.Length; tag++)
        {
            string name = s_tags[tag].Open;
            if (string.Compare(text, at, name, 0, name.Length, StringComparison.OrdinalIgnoreCase) != 0)
                continue;
            int end = EndOfTag(text, at + name.Length, tag, mayHaveAttributes: true);
            if (end >= 0)
            {
                body = end + 1;
                return true;
            }
        }
        body = 0;
        return false;
    }

    /// <summary>Returns whether the text from an index to its end may be the beginning of a start tag.</summary>
    public static bool MayOpen(string text, int at)
    {
        int length = text.Length - at;
        if (length > LongestTag)
            return false;
        foreach (var (open, _) in s_tags)
        {
            int compared = Math.Min(length, open.Length);
            if (string.Compare(text, at, open, 0, compared, StringComparison.OrdinalIgnoreCase) == 0
                && (length <= open.Length || (char.IsWhiteSpace(text[at + open.Length]) && text.AsSpan(at).IndexOfAny('>', '<', '\n') <= 0)))
                return true;
        }
        return false;
    }

    /// <summary>
    /// Returns the index of the end tag of a start tag; -1 if there is no end tag. <paramref name="next"/> is the index after the end tag.
    /// </summary>
    public static int Close(string text, int from, int tag, out int next)
    {
        string name = s_tags[tag].Close;
        for (int at = from; (at = text.IndexOf(name, at, StringComparison.OrdinalIgnoreCase)) >= 0; at += name.Length)
        {
            int end = EndOfTag(text, at + name.Length, tag, mayHaveAttributes: false);
            if (end < 0)
                continue;
            next = end + 1;
            return at;
        }
        next = -1;
        return -1;
    }

    /// <summary>
    /// Returns the number of characters to withhold at the end of the text: trailing white space, and characters that may be the beginning of the end tag.
    /// </summary>
    public static int HeldLength(string text, int tag)
    {
        int end = text.Length;
        int at = text.LastIndexOf(s_tags[tag].Close[0]);
        if (at >= 0 && end - at <= s_tags[tag].Close.Length + 8)
        {
            string name = s_tags[tag].Close;
            int compared = Math.Min(end - at, name.Length);
            if (string.Compare(text, at, name, 0, compared, StringComparison.OrdinalIgnoreCase) == 0
                && (end - at <= name.Length || string.IsNullOrWhiteSpace(text[(at + name.Length)..])))
                end = at;
        }
        while (end > 0 && char.IsWhiteSpace(text[end - 1]))
            end--;
        return text.Length - end;
    }

    public static int SkipBlanks(string text, int at)
    {
        while (at < text.Length && (char.IsWhiteSpace(text[at]) || text[at] == '\uFEFF'))
            at++;
        return at;
    }

    private static string WithoutCutTag(string thinking, int tag) => thinking[..^HeldLength(thinking, tag)];

    private static int EndOfTag(string text, int at, int tag, bool mayHaveAttributes)
    {
        char end = s_tags[tag].Open[0] switch { '[' => ']', '◁' => '▷', _ => '>' };
        if (at < text.Length && text[at] != end && !char.IsWhiteSpace(text[at]))
            return -1;
        for (int i = at; i < text.Length && i - at < LongestTag; i++)
        {
            if (text[i] == end)
                return i;
            if (text[i] == '<' || (!mayHaveAttributes && !char.IsWhiteSpace(text[i])))
                return -1;
        }
        return -1;
    }

    /// <summary>Returns the index of the first end tag that has no start tag, is at the beginning or end of a line, and is not in code.</summary>
    private static int? FindStrayEnd(string text, int from)
    {
        for (int at = from; (at = text.IndexOf(StrayEnd, at, StringComparison.OrdinalIgnoreCase)) >= 0; at += StrayEnd.Length)
        {
            int next = at + StrayEnd.Length;
            bool standsAlone = at == from || text[at - 1] == '\n' || next == text.Length || text[next] is '\n' or '\r';
            if (standsAlone && !IsInCode(text, from, at) && text.IndexOf("<think>", from, at - from, StringComparison.OrdinalIgnoreCase) < 0)
                return at;
        }
        return null;
    }

    private static bool IsInCode(string text, int from, int at)
    {
        bool inFence = false;
        int line = from;
        while (true)
        {
            int end = text.IndexOf('\n', line, at - line);
            var content = text.AsSpan(line, (end < 0 ? at : end) - line);
            if (end < 0)
                return inFence || content.Count('`') % 2 == 1;
            if (content.TrimStart().StartsWith("```") || content.TrimStart().StartsWith("~~~"))
                inFence = !inFence;
            line = end + 1;
        }
    }
}
