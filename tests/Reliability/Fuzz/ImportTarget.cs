using QwenChat.Connection;
using QwenChat.Export;
using QwenChat.Model;
using QwenChat.Turn;

namespace QwenChat.Tests.Reliability.Fuzz;

/// <summary>
/// Fuzzes the import of files. A file must be rejected, or result in conversations that can be written, read again unchanged, displayed and sent.
/// </summary>
internal sealed class ImportTarget(string name, bool isLines, IReadOnlyList<byte[]> seeds) : FuzzTarget(name, seeds)
{
    private const int MostUsed = 16;

    private static readonly DateTimeOffset s_now = DateTimeOffset.UnixEpoch;
    private static readonly QwenConnection s_connection = new() { BaseUri = new Uri("https://dashscope-intl.aliyuncs.com") };
    private static readonly QwenOptions s_defaults = new() { Model = "qwen-flash" };

    protected override void Read(byte[] input)
    {
        IReadOnlyList<ConversationFileContent> contents;
        try
        {
            contents = ImportFile.Read(input, "a", isLines, s_defaults, s_now, new NoticeQueue());
        }
        catch (QwenException refused)
        {
            Demand(refused.Kind is QwenErrorKind.ImportInvalid or QwenErrorKind.InvalidRequest or QwenErrorKind.InvalidResponseId,
                $"The file was rejected as {refused.Kind}.");
            throw;
        }
        // A file can contain one conversation per three bytes, and each page has a minimum size. The number of written conversations is therefore limited.
        foreach (var content in contents.Take(MostUsed))
            Use(content);
    }

    private static void Use(ConversationFileContent content)
    {
        byte[] first = Write(content, ExportFormat.Json);
        var again = ConversationFile.Read(first, "b", s_defaults, s_now, new NoticeQueue());
        Demand(Write(again, ExportFormat.Json).AsSpan().SequenceEqual(first), "The file differs after it was written, read and written again.");
        Write(content, ExportFormat.JsonLines);
        Write(content, ExportFormat.Markdown);
        Write(content, ExportFormat.Html);
        var conversation = content.Restore(s_connection, "qwen-flash");
        foreach (var turn in conversation.Turns)
            Demand(turn.Text is not null && turn.Thinking is not null, "A turn has no text or no thinking.");
        var client = new QwenClient(s_connection with { Key = ConnectionEnvironment.Protect("sk-none") });
        client.PlanAsync(conversation, "Next").GetAwaiter().GetResult();
    }

    private static byte[] Write(ConversationFileContent content, ExportFormat format)
    {
        using var stream = new MemoryStream();
        ExportFormats.Write(stream, format, content, s_now);
        return stream.ToArray();
    }
}
