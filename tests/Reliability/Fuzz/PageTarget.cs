using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using QwenChat.Export;
using QwenChat.Model;
using QwenChat.Protocols;

namespace QwenChat.Tests.Reliability.Fuzz;

/// <summary>
/// Fuzzes the export of model output to Markdown and HTML pages. The output must not run code, load anything or break out of its enclosing element.
/// </summary>
internal sealed partial class PageTarget() : FuzzTarget("pages", SeedFiles.Written)
{
    private static readonly QwenConnection s_connection = new() { BaseUri = new Uri("https://dashscope-intl.aliyuncs.com") };
    private static readonly IChatProtocol s_protocol = ChatProtocol.For(QwenApi.ChatCompletions, "qwen-plus");

    /// <summary>Terminal control characters, and characters that change the text direction.</summary>
    private static readonly SearchValues<char> s_obeyed = SearchValues.Create("\u001b\u009b\u009d\u0007\b\u202d\u202e\u2066\u2067\u2068");

    private static readonly HashSet<string> s_elements =
    [
        "html", "head", "meta", "title", "body", "header", "main", "footer", "section", "article", "h1", "h2", "h3", "h4", "h5", "h6", "p", "span", "div", "dl",
            "dt", "dd", "details",
        "summary", "time", "a", "ul", "ol", "li", "blockquote", "pre", "code", "figure", "figcaption", "table", "thead", "tbody", "tr", "th", "td", "strong",
            "em", "del", "br", "hr", "i",
    ];

    protected override void Read(byte[] input)
    {
        string said = Encoding.UTF8.GetString(input);
        var conversation =
            new QwenConversation(QwenApi.ChatCompletions, s_connection, new QwenOptions { Model = "qwen-plus" }, "local_1", DateTimeOffset.UnixEpoch);
        QwenItem[] items =
        [
            .. s_protocol.WriteMessage(MessageDraft.OfText("user", said), DateTimeOffset.UnixEpoch),
            .. s_protocol.WriteMessage(MessageDraft.OfText("assistant", said) with { Thinking = said, ToolCalls = [new QwenToolCall("c", said, said)] },
                DateTimeOffset.UnixEpoch),
        ];
        conversation.Append(new QwenTurn(1, items, 1), 0);
        var content = ConversationFileContent.Of(conversation);
        string markdown = Page(content, ExportFormat.Markdown), html = Page(content, ExportFormat.Html);
        Later(() =>
        {
            CheckVisible(markdown);
            CheckVisible(html);
            CheckElements(html);
        });
    }

    /// <summary>Checks that a page contains no characters that control a terminal.</summary>
    public static void CheckVisible(string page)
    {
        int at = page.AsSpan().IndexOfAny(s_obeyed);
        Demand(at < 0, $"U+{(at < 0 ? 0 : (int)page[at]):X4} is on the page unescaped.");
    }

    private static void CheckElements(string page)
    {
        XElement root;
        try
        {
            string text = Void().Replace(Head().Replace(page, ""), "<$1$2/>");
            using var reader = XmlReader.Create(new StringReader(text), new XmlReaderSettings { CheckCharacters = false });
            root = XElement.Load(reader);
        }
        catch (XmlException unsound)
        {
            throw new FuzzFindingException($"The page is not well-formed: {unsound.Message}");
        }
        foreach (var element in root.DescendantsAndSelf())
        {
            Demand(s_elements.Contains(element.Name.LocalName), $"There is an element {element.Name}.");
            foreach (var attribute in element.Attributes())
            {
                Demand(!attribute.Name.LocalName.StartsWith("on", StringComparison.OrdinalIgnoreCase)
                    && attribute.Name.LocalName is not ("style" or "src" or "srcdoc"), $"There is an attribute {attribute}.");
                Demand(attribute.Name.LocalName != "href" || Address().IsMatch(attribute.Value), $"There is a link to {attribute.Value}.");
            }
        }
    }

    private static string Page(ConversationFileContent content, ExportFormat format)
    {
        using var stream = new MemoryStream();
        ExportFormats.Write(stream, format, content, DateTimeOffset.UnixEpoch);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    [GeneratedRegex("<!DOCTYPE[^>]*>|<style>.*?</style>", RegexOptions.Singleline)]
    private static partial Regex Head();

    [GeneratedRegex("<(meta|br|hr)\\b([^>]*)>")]
    private static partial Regex Void();

    [GeneratedRegex("^(#|https?://|mailto:)", RegexOptions.IgnoreCase)]
    private static partial Regex Address();
}
