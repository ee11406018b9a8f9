using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Text;

namespace QwenChat.Commands.Terminal;

/// <summary>Renders the output of Format-Table and similar commands, with a width at which nothing is truncated.</summary>
internal static class LayoutText
{
    private const int Width = 4096;

    private static readonly string s_gap = new(' ', 200);

    /// <summary>Renders objects as the host does.</summary>
    public static string Render(CommandInvocationIntrinsics invoke, IReadOnlyList<object> layout) => string.Concat(
        invoke.InvokeScript($"param($Layout) $Layout | Out-String -Width {Width}", false, PipelineResultTypes.None, null, [layout])
            .Select(part => part.ToString()));

    /// <summary>Reduces the space between columns to one blank, because very wide output contains hundreds of blanks.</summary>
    public static string Compact(string text)
    {
        var output = new StringBuilder();
        var block = new List<string>();
        foreach (string line in text.Split('\n').Select(line => line.TrimEnd()).Append(""))
        {
            if (line.Length > 0)
            {
                block.Add(line);
                continue;
            }
            AppendBlock(output, block);
            block.Clear();
        }
        return output.ToString().Trim('\n');
    }

    private static void AppendBlock(StringBuilder output, List<string> block)
    {
        var kept = block.Exists(IsRule) || block.Exists(IsSpread) ? ColumnsOf(block) : null;
        foreach (string line in block)
        {
            if (kept is null)
                output.Append(line);
            else
                output.Append(string.Concat(line.Where((_, at) => kept[at])).TrimEnd());
            output.Append('\n');
        }
        output.Append('\n');
    }

    // Matches the line below the headings of a table.
    private static bool IsRule(string line) => line.All(c => c is '-' or ' ') && line.Contains('-', StringComparison.Ordinal);

    // Matches a line with columns but without headings, as in the output of Format-Wide.
    private static bool IsSpread(string line) => line.TrimStart().Contains(s_gap, StringComparison.Ordinal);

    /// <summary>Returns for each character position whether it is kept. Of adjacent positions that are blank in every line, only one is kept.</summary>
    private static bool[] ColumnsOf(List<string> block)
    {
        var kept = new bool[block.Max(line => line.Length)];
        bool wasSpace = true;
        for (int at = 0; at < kept.Length; at++)
        {
            bool isSpace = block.TrueForAll(line => at >= line.Length || line[at] == ' ');
            kept[at] = !(isSpace && wasSpace);
            wasSpace = isSpace;
        }
        return kept;
    }
}
