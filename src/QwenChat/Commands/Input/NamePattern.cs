using System.Management.Automation;

namespace QwenChat.Commands.Input;

/// <summary>Reads a name that may have wildcards in it.</summary>
internal static class NamePattern
{
    /// <summary>The pattern; what is no pattern, such as a single <c>[</c>, is a name as it is.</summary>
    public static WildcardPattern Read(string text)
    {
        var pattern = new WildcardPattern(text, WildcardOptions.IgnoreCase);
        return IsValid(pattern) ? pattern : new WildcardPattern(WildcardPattern.Escape(text), WildcardOptions.IgnoreCase);
    }

    /// <summary>Whether a text is a pattern, and not the name of one thing.</summary>
    public static bool IsPattern(string text) => WildcardPattern.ContainsWildcardCharacters(text) && IsValid(new WildcardPattern(text));

    // Whether it is one shows when it is used.
    private static bool IsValid(WildcardPattern pattern)
    {
        try
        {
            _ = pattern.IsMatch("");
            return true;
        }
        catch (WildcardPatternException)
        {
            return false;
        }
    }
}
