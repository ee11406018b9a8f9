using System.Globalization;

namespace QwenChat.Export;

/// <summary>Formats a service tool call for exported pages.</summary>
internal static class ServiceCallText
{
    /// <summary>Returns the tool's display name, followed by the query or the name of the MCP tool, on one line.</summary>
    public static string Title(QwenServiceToolCall call)
    {
        string asked = call.Name is null ? call.Query ?? "" : call.Server is null ? call.Name : $"{call.Server}.{call.Name}";
        return asked.Length == 0 ? Words(call.Kind) : $"{Words(call.Kind)}: {Text.VisibleText.LineOf(asked)}";
    }

    /// <summary>Returns the input and result of the call as lines.</summary>
    public static string Of(QwenServiceToolCall call)
    {
        IEnumerable<string?> lines =
        [
            call.Code,
            call.Query is null ? call.Arguments : null,
            call.Output?.TrimEnd(),
            call.Error,
            .. call.Sources.Select(source => Join(source.Index?.ToString(CultureInfo.InvariantCulture), source.Title, source.Url)),
            .. call.Files.Select(file => Join(file.FileName ?? file.FileId, file.Score?.ToString("0.##", CultureInfo.InvariantCulture), file.Text)),
            .. call.Images.Select(image => Join(image.Index?.ToString(CultureInfo.InvariantCulture), image.Title, image.Url)),
        ];
        return string.Join("\n", lines.Where(line => !string.IsNullOrEmpty(line)));
    }

    private static string Join(params string?[] parts) => string.Join(" · ", parts.Where(part => !string.IsNullOrEmpty(part)));

    private static string Words(string kind) => kind switch
    {
        nameof(QwenBuiltInTool.WebSearch) => "Web search",
        nameof(QwenBuiltInTool.WebExtractor) => "Pages read",
        nameof(QwenBuiltInTool.CodeInterpreter) => "Code",
        nameof(QwenBuiltInTool.ImageSearch) => "Image search",
        nameof(QwenBuiltInTool.FileSearch) => "File search",
        "Mcp" => "MCP call",
        _ => ExportText.Type(kind),
    };
}
