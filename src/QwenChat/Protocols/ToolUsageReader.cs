using System.Text.Json;
using QwenChat.Protocols.Json;

namespace QwenChat.Protocols;

/// <summary>
/// Reads the call counts of service tools: <c>{"web_search":{"count":1}}</c>, in <c>x_tools</c> or <c>plugins</c> of the usage (wire §16, §17).
/// </summary>
internal static class ToolUsageReader
{
    /// <summary>Reads the value of the current property; returns null if the value has no count of a known tool.</summary>
    public static QwenToolUsage? Read(ref Utf8JsonReader reader)
    {
        var usage = new QwenToolUsage();
        if (!LenientJson.EnterObject(ref reader))
            return null;
        while (LenientJson.NextProperty(ref reader))
        {
            if (LenientJson.Is(ref reader, "web_search"u8) || LenientJson.Is(ref reader, "search"u8))
                usage = usage with { WebSearch = Count(ref reader) ?? usage.WebSearch };
            else if (LenientJson.Is(ref reader, "web_extractor"u8))
                usage = usage with { WebExtractor = Count(ref reader) ?? usage.WebExtractor };
            else if (LenientJson.Is(ref reader, "code_interpreter"u8))
                usage = usage with { CodeInterpreter = Count(ref reader) ?? usage.CodeInterpreter };
            else if (LenientJson.Is(ref reader, "web_search_image"u8))
                usage = usage with { WebSearchImage = Count(ref reader) ?? usage.WebSearchImage };
            else if (LenientJson.Is(ref reader, "image_search"u8))
                usage = usage with { ImageSearch = Count(ref reader) ?? usage.ImageSearch };
            else if (LenientJson.Is(ref reader, "file_search"u8))
                usage = usage with { FileSearch = Count(ref reader) ?? usage.FileSearch };
            else if (LenientJson.Is(ref reader, "mcp"u8))
                usage = usage with { Mcp = Count(ref reader) ?? usage.Mcp };
            else if (LenientJson.Is(ref reader, "pdf_page_parser"u8))
                usage = usage with { PdfPages = Count(ref reader) ?? usage.PdfPages };
            else
                LenientJson.SkipValue(ref reader);
        }
        return usage == new QwenToolUsage() ? null : usage;
    }

    private static long? Count(ref Utf8JsonReader reader)
    {
        long? count = null;
        if (!LenientJson.EnterObject(ref reader))
            return count;
        while (LenientJson.NextProperty(ref reader))
        {
            if (LenientJson.Is(ref reader, "count"u8))
                count = UsageReader.Count(ref reader);
            else
                LenientJson.SkipValue(ref reader);
        }
        return count;
    }
}
