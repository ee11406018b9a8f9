using System.Globalization;

namespace QwenChat;

/// <summary>The usage of tools that ran on the service. A count that the service did not report is null.</summary>
public sealed record QwenToolUsage
{
    /// <summary>Web searches.</summary>
    public long? WebSearch { get; init; }

    /// <summary>Pages read.</summary>
    public long? WebExtractor { get; init; }

    /// <summary>Code executions.</summary>
    public long? CodeInterpreter { get; init; }

    /// <summary>Image searches by text.</summary>
    public long? WebSearchImage { get; init; }

    /// <summary>Image searches by image.</summary>
    public long? ImageSearch { get; init; }

    /// <summary>Searches in a knowledge base.</summary>
    public long? FileSearch { get; init; }

    /// <summary>Calls of remote MCP servers.</summary>
    public long? Mcp { get; init; }

    /// <summary>Pages of PDF documents.</summary>
    public long? PdfPages { get; init; }

    /// <summary>Adds two usages. The sum of null and a count is the count.</summary>
    internal static QwenToolUsage? Add(QwenToolUsage? left, QwenToolUsage? right) => left is null ? right : right is null ? left : new QwenToolUsage
    {
        WebSearch = Sum(left.WebSearch, right.WebSearch),
        WebExtractor = Sum(left.WebExtractor, right.WebExtractor),
        CodeInterpreter = Sum(left.CodeInterpreter, right.CodeInterpreter),
        WebSearchImage = Sum(left.WebSearchImage, right.WebSearchImage),
        ImageSearch = Sum(left.ImageSearch, right.ImageSearch),
        FileSearch = Sum(left.FileSearch, right.FileSearch),
        Mcp = Sum(left.Mcp, right.Mcp),
        PdfPages = Sum(left.PdfPages, right.PdfPages),
    };

    /// <summary>Returns a description of the counts, such as <c>2 web searches, 12 PDF pages</c>.</summary>
    /// <returns>The counts that are not zero; an empty string if there are none.</returns>
    public override string ToString()
    {
        (long? Count, string One, string Many)[] parts =
        [
            (WebSearch, "web search", "web searches"), (WebExtractor, "page read", "pages read"), (CodeInterpreter, "code run", "code runs"),
            (WebSearchImage + (ImageSearch ?? 0) ?? ImageSearch, "image search", "image searches"), (FileSearch, "file search", "file searches"),
            (Mcp, "MCP call", "MCP calls"), (PdfPages, "PDF page", "PDF pages"),
        ];
        return string.Join(", ", parts.Where(part => part.Count > 0)
            .Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Count:N0} {(part.Count == 1 ? part.One : part.Many)}")));
    }

    private static long? Sum(long? a, long? b) => a is null ? b : b is null ? a : a + b;
}
