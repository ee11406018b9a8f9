using System.IO.Compression;
using System.Text;
using System.Text.Json;
using QwenChat.Catalogue;
using QwenChat.Cost;
using QwenChat.Media;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.Media;

/// <summary>Tests PDF documents with the Chat Completions and native APIs (wire §17): format, limits, pages and their price.</summary>
public sealed class PdfTests
{
    private const string Url = "https://example.com/report.pdf";

    private static readonly byte[] s_pdf = Pdf(pages: 3);

    [Theory]
    [InlineData(QwenApi.ChatCompletions, """{"type":"file","file":{"file_url":"https://example.com/report.pdf"}}""")]
    [InlineData(QwenApi.DashScope, """{"file_url":"https://example.com/report.pdf"}""")]
    public void A_document_can_be_sent_by_URL(QwenApi api, string expected) => Check(api, MediaSource.OfAddress(Url)!, expected, Url, null);

    [Theory]
    [InlineData(QwenApi.ChatCompletions, """{"type":"file","file":{"file_data":"DATA","filename":"report.pdf"}}""")]
    [InlineData(QwenApi.DashScope, """{"file_data":"DATA","filename":"report.pdf"}""")]
    public void A_document_can_be_sent_in_the_request(QwenApi api, string expected)
    {
        using var folder = new TestFolder();
        string path = folder.Write("report.pdf", s_pdf);
        string data = "data:application/pdf;base64," + Convert.ToBase64String(s_pdf);
        Check(api, MediaSource.OfFile(path), expected.Replace("DATA", data, StringComparison.Ordinal), data, "report.pdf");
    }

    [Theory]
    [InlineData(QwenApi.ChatCompletions, false)]
    [InlineData(QwenApi.ChatCompletions, true)]
    [InlineData(QwenApi.DashScope, false)]
    [InlineData(QwenApi.DashScope, true)]
    public async Task The_pages_of_a_document_are_counted(QwenApi api, bool streamed)
    {
        using var emulator = QwenEmulator.Start(new QwenEmulatorOptions());
        var client = new QwenClient(QwenConnection.To(emulator.BaseUri, emulator.ApiKey) with { MaximumRetryCount = 0 });
        var conversation = client.NewConversation(api, new QwenOptions { Model = "qwen3.8-max" });
        var draft = new MessageDraft("user", [Part(MediaSource.OfBytes(s_pdf)), DraftPart.OfText("Summarize.")]);
        for (int i = 0; i < 2; i++)
        {
            var turn = new TurnRequest { Message = i == 0 ? draft : MessageDraft.OfText("user", "More"), Stream = streamed };
            await foreach (var delta in client.RunAsync(conversation, turn, new NoticeQueue(), CancellationToken.None))
            {
                // The second turn also counts the pages, because its request contains the document again.
                if (delta.Reply is { } reply)
                    Assert.Equal(3, reply.Usage!.Tools!.PdfPages);
            }
            Assert.Equal(api == QwenApi.ChatCompletions, emulator.Requests[^1].Body.Contains("\"include_tool_usage\":true", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(QwenRegion.Beijing, 0.06)]
    [InlineData(QwenRegion.Singapore, 0.072)]
    public void A_page_has_a_price(QwenRegion region, double expected) =>
        Assert.Equal((decimal)expected, ToolPrices.Of(new QwenToolUsage { PdfPages = 3 }, region, "CNY"));

    [Fact]
    public void Tools_have_prices_in_Beijing_and_an_unknown_price_is_null()
    {
        var usage = new QwenToolUsage { WebSearch = 2, WebSearchImage = 1, ImageSearch = 1, CodeInterpreter = 5, WebExtractor = 1 };
        Assert.Equal(0.008m + 0.024m + 0.048m, ToolPrices.Of(usage, QwenRegion.Beijing, "CNY"));
        Assert.Null(ToolPrices.Of(usage, QwenRegion.Singapore, "CNY"));
        Assert.Null(ToolPrices.Of(usage, QwenRegion.Beijing, "USD"));
        Assert.Null(ToolPrices.Of(new QwenToolUsage { FileSearch = 1 }, QwenRegion.Beijing, "CNY"));
        Assert.Equal(0, ToolPrices.Of(new QwenToolUsage { Mcp = 0 }, QwenRegion.Beijing, "CNY"));
        Assert.Equal(0, ToolPrices.Of(null, null, "CNY"));
        Assert.Equal(decimal.MaxValue, ToolPrices.Of(new QwenToolUsage { ImageSearch = long.MaxValue, PdfPages = long.MaxValue }, QwenRegion.Beijing, "CNY")
            is > 1e15m ? decimal.MaxValue : 0);
    }

    [Theory]
    [InlineData(QwenApi.Responses, "qwen3.8-max", "New-QwenConversation or Copy-QwenConversation with -Api ChatCompletions")]
    [InlineData(QwenApi.Conversations, "qwen3.8-flash", "Copy-QwenConversation with -Api ChatCompletions")]
    [InlineData(QwenApi.Responses, "qwen3.6-plus", "takes|accepts")]
    [InlineData(QwenApi.ChatCompletions, "qwen-long", "Models that read PDF with this API: qwen3.8-max, qwen3.8-flash, qwen3.8-27b")]
    [InlineData(QwenApi.DashScope, "qwen3.5-ocr", "New-QwenConversation -Api Responses -Model qwen3.5-ocr")]
    public void A_document_is_rejected_with_alternatives(QwenApi api, string model, string part)
    {
        string message = Refusal(api, model, s_pdf);
        Assert.Contains(part.Split('|'), one => message.Contains(one, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(QwenApi.ChatCompletions)]
    [InlineData(QwenApi.Responses)]
    public void The_advice_for_a_file_depends_on_its_type(QwenApi api)
    {
        using var folder = new TestFolder();
        string notes = folder.Write("notes [1].txt", "Hello"u8.ToArray());
        Assert.EndsWith($" To send the text of the file, use Get-Item -LiteralPath '{notes}' | Send-QwenMessage …", Refusal(MediaSource.OfFile(notes)),
            StringComparison.Ordinal);
        Assert.EndsWith(". Use -Image instead of -File.", Refusal(MediaSource.OfBytes(TestImage.Png(20, 20))), StringComparison.Ordinal);
        string archive = Refusal(MediaSource.OfBytes([.. "PK\u0003\u0004"u8, .. new byte[60]]));
        Assert.EndsWith(" save it as a text file, and pipe that file to Send-QwenMessage.", archive, StringComparison.Ordinal);
        Assert.Equal(api == QwenApi.ChatCompletions, archive.Contains(" Convert it to PDF. ", StringComparison.Ordinal));

        string Refusal(MediaSource source) => PdfTests.Refusal(api, "qwen3.8-max", source);
    }

    [Fact]
    public void Limits_are_checked_before_a_request()
    {
        Assert.Contains("has 257 pages", Refusal(QwenApi.ChatCompletions, "qwen3.8-max", Pdf(257)), StringComparison.Ordinal);
        Assert.Contains("has 300 pages", Refusal(QwenApi.DashScope, "qwen3.8-max", Pdf(300, compressed: true)), StringComparison.Ordinal);
        Assert.Equal((150L << 20, 100L << 20), (MediaLimits.File(MediaKind.File, MediaType.Pdf, "qwen3.8-max")!.Value,
            MediaLimits.File(MediaKind.File, MediaType.Pdf, "qwen3.5-ocr")!.Value));
    }

    [Theory]
    [InlineData(3, false)]
    [InlineData(256, true)]
    public void Pages_are_counted_in_both_formats(int pages, bool compressed) => Assert.Equal(pages, PdfPages.Count(Pdf(pages, compressed)));

    [Theory]
    [InlineData("")]
    [InlineData("%PDF-1.7 /Type /Pages")]
    [InlineData("%PDF-1.7 << /Type /Pages /Count -3 >>")]
    [InlineData("%PDF-1.7 << /Type /Pagesx /Count 3 >>")]
    [InlineData("%PDF-1.7 << /Type /ObjStm >> stream")]
    [InlineData("%PDF-1.7 << /Type /ObjStm >> stream\nnot compressed endstream")]
    [InlineData("%PDF-1.7 << /Count 99999999999999 /Type/Pages >>")]
    public void The_number_of_unreadable_pages_is_unknown(string pdf) => Assert.Null(PdfPages.Count(Encoding.Latin1.GetBytes(pdf)));

    private static void Check(QwenApi api, MediaSource source, string expected, string address, string? name)
    {
        var protocol = ChatProtocol.For(api, "qwen3.8-max");
        var item = protocol.WriteMessage(new MessageDraft("user", [Part(source), DraftPart.OfText("Hi")]), default)[0];
        Assert.Equal(expected, JsonDocument.Parse(item.Json).RootElement.GetProperty("content")[0].GetRawText());
        Assert.True(item.MayHaveMedia);
        Assert.Equal(("file", address), (protocol.ReadMessage(item)!.Parts[0].Kind, protocol.ReadMessage(item)!.Parts[0].Value));
        Assert.Equal(name, protocol.ReadMessage(item)!.Parts[0].FileName);
        Assert.Equal(address, item.Content[0].Url);
        Assert.Equal(expected, JsonDocument.Parse(protocol.WriteMessage(protocol.ReadMessage(item)!, default)[0].Json).RootElement.GetProperty("content")[0]
            .GetRawText());
    }

    private static DraftPart Part(MediaSource source) =>
        new MediaDraft(hasStore: true, upload: false, takesDocuments: true).Write([new MediaPart(MediaKind.File, [source])])[0];

    private static string Refusal(QwenApi api, string model, byte[] pdf) => Refusal(api, model, MediaSource.OfBytes(pdf));

    private static string Refusal(QwenApi api, string model, MediaSource source) => Assert.Throws<QwenException>(() =>
        new MediaCheck(api, model, ModelCatalogue.Find(model)).Check("Hi", [new MediaPart(MediaKind.File, [source])])).Message;

    /// <summary>Creates a document with a page tree of two levels, plain or in an object stream.</summary>
    private static byte[] Pdf(int pages, bool compressed = false)
    {
        var tree = new StringBuilder($"<< /Type /Pages /Kids [2 0 R] /Count {pages} >> << /Kids [] /Resources << /Font << >> >> /Count 1 /Type/Pages >>");
        if (!compressed)
        {
            for (int i = 0; i < pages; i++)
                tree.Append("<< /Type /Page /Parent 1 0 R >>");
            return Encoding.Latin1.GetBytes("%PDF-1.7\n1 0 obj\n" + tree + "\nendobj\n%%EOF");
        }
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(Encoding.Latin1.GetBytes(tree.ToString()));
        return [.. Encoding.Latin1.GetBytes("%PDF-1.7\n1 0 obj\n<< /Type /ObjStm /Filter /FlateDecode >>\nstream\r\n"), .. packed.ToArray(),
            .. Encoding.Latin1.GetBytes("\nendstream\nendobj\n%%EOF")];
    }
}
