using System.Management.Automation;

namespace QwenChat.Commands.Input;

/// <summary>Reads a name that may contain wildcards.</summary>
internal static class NamePattern
{
    /// <summary>Returns the pattern; an invalid pattern, such as a single <c>[</c>, is a literal name.</summary>
    public static WildcardPattern Read(string text)
    {
        var pattern = new WildcardPattern(text, WildcardOptions.IgnoreCase);
        return IsValid(pattern) ? pattern : new WildcardPattern(WildcardPattern.Escape(text), WildcardOptions.IgnoreCase);
    }

    /// <summary>Returns whether text is a pattern, and not a literal name.</summary>
    public static bool IsPattern(string text) => WildcardPattern.ContainsWildcardCharacters(text) && IsValid(new WildcardPattern(text));

    // PowerShell detects an invalid pattern only when the pattern is used.
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
