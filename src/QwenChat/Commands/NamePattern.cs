using System.Management.Automation;

namespace QwenChat.Commands;

/// <summary>Reads a name that may have wildcards in it.</summary>
internal static class NamePattern
{
    /// <summary>The pattern; what is no pattern, such as a single <c>[</c>, is a name as it is.</summary>
    public static WildcardPattern Read(string text)
    {
        var pattern = new WildcardPattern(text, WildcardOptions.IgnoreCase);
        try
        {
            // Whether it is one shows when it is used.
            _ = pattern.IsMatch("");
            return pattern;
        }
        catch (WildcardPatternException)
        {
            return new WildcardPattern(WildcardPattern.Escape(text), WildcardOptions.IgnoreCase);
        }
    }
}
