using System.Globalization;
using System.Reflection;
using System.Text;
using QwenChat.Export.Markdown;

namespace QwenChat.Export;

/// <summary>
/// A conversation as one HTML page. The page has no scripts or external resources, and its content security policy forbids both. Light or dark mode
/// follows the system setting of the reader.
/// </summary>
internal sealed class HtmlPage
{
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src data:; base-uri 'none'; form-action 'none'";

    private readonly ConversationFileContent _record;
    private readonly TextWriter _output;

    private HtmlPage(ConversationFileContent record, TextWriter output)
    {
        _record = record;
        _output = output;
    }

    public static void Write(Stream stream, ConversationFileContent record, DateTimeOffset now)
    {
        using var output = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        new HtmlPage(record, output).Write(now);
    }

    private void Write(DateTimeOffset now)
    {
        string title = Html.Escape(ExportText.Title(_record));
        _output.Write("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            + $"<meta http-equiv=\"Content-Security-Policy\" content=\"{Policy}\">\n"
            + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
            + "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"generator\" content=\"QwenChat\">\n"
            + $"<title>{title}</title>\n<style>\n{Style()}</style>\n</head>\n<body>\n");
        WriteHead(title);
        _output.Write("<main>\n");
        foreach (var turn in _record.Turns)
            WriteTurn(turn);
        WritePending();
        _output.Write("</main>\n");
        WriteUsage();
        _output.Write($"<footer>Exported by QwenChat, {ExportText.Time(now)}</footer>\n</body>\n</html>\n");
    }

    private void WriteHead(string title)
    {
        var (head, settings) = (_record.Head, _record.Head.Settings);
        _output.Write($"<header class=\"page\">\n<h1 dir=\"auto\">{title}</h1>\n<p class=\"facts\"><span>{Html.Escape(settings.Options.Model ?? "")}</span>"
            + $"<span>{ExportText.Api(head.Api)}</span><span>{ExportText.Turns(_record.Turns.Count)}</span>"
                + $"<span>{ExportText.Time(head.CreatedAt)}</span></p>\n");
        if (settings.Metadata.Count > 0)
        {
            _output.Write("<dl>");
            foreach (var (name, value) in settings.Metadata)
                _output.Write($"<div><dt dir=\"auto\">{Html.Escape(name)}</dt><dd dir=\"auto\">{Html.Escape(value)}</dd></div>");
            _output.Write("</dl>\n");
        }
        if (settings.Options.Instructions is { Length: > 0 } instructions)
        {
            _output.Write("<details class=\"fold instructions\"><summary>Instructions</summary><div class=\"text\" dir=\"auto\">\n");
            MarkdownHtml.Write(_output, instructions, allLinesBreak: true);
            _output.Write("</div></details>\n");
        }
        _output.Write("</header>\n");
    }

    private void WriteTurn(QwenTurn turn)
    {
        string number = turn.Number.ToString(CultureInfo.InvariantCulture);
        _output.Write($"<section class=\"turn\" id=\"turn-{number}\">\n");
        WriteSaid(turn.Items.Take(turn.InputCount), $" <a href=\"#turn-{number}\">{number}</a>");
        if (turn.Items.Count > turn.InputCount)
        {
            string time = turn.CreatedAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
            BeginArticle("assistant", turn.Model ?? "Assistant", $" <time datetime=\"{time}\">{ExportText.Time(turn.CreatedAt)}</time>");
            foreach (var item in turn.Items.Skip(turn.InputCount))
                WriteContent(ShownItem.Of(item, _record.Head.Api), ExportText.Thinking(turn));
            _output.Write("</article>\n");
        }
        if (turn.State != QwenReplyState.Completed)
            _output.Write($"<p class=\"note\">{ExportText.State(turn.State)}</p>\n");
        _output.Write("</section>\n");
    }

    private void WritePending()
    {
        if (_record.State.Pending.Count == 0)
            return;
        _output.Write("<section class=\"turn\">\n");
        WriteSaid(_record.State.Pending, "");
        _output.Write("<p class=\"note\">Not sent yet.</p>\n</section>\n");
    }

    /// <summary>Writes the input items of a turn, each with its speaker.</summary>
    private void WriteSaid(IEnumerable<QwenItem> items, string mark)
    {
        foreach (var item in items.Select(item => ShownItem.Of(item, _record.Head.Api)))
        {
            bool isSaid = item.Kind is ShownKind.Message or ShownKind.ToolCalls;
            if (isSaid)
                BeginArticle(item.Role is "user" or "assistant" ? item.Role : "system", ExportText.Speaker(item.Role), item.Role == "user" ? mark : "");
            WriteContent(item, "Thinking");
            if (isSaid)
                _output.Write("</article>\n");
        }
    }

    private void BeginArticle(string kind, string speaker, string mark) =>
        _output.Write($"<article class=\"{kind}\">\n<h2>{Html.Escape(speaker)}{mark}</h2>\n");

    private void WriteContent(ShownItem item, string thinking)
    {
        switch (item.Kind)
        {
            case ShownKind.Thinking:
                WriteFold("thinking", thinking, () => MarkdownHtml.Write(_output, item.Text));
                break;
            case ShownKind.ToolResult:
                WriteFold("tool", "Tool result", () => WriteJson(item.Text));
                break;
            case ShownKind.ServiceCalls:
                foreach (var call in item.ServiceCalls)
                    WriteFold("tool", ServiceCallText.Title(call), () => WriteJson(ServiceCallText.Of(call)));
                break;
            case ShownKind.Other:
                WriteFold("tool", ExportText.Type(item.Role), () => WriteJson(item.Text));
                break;
            default:
                WriteParts(item);
                foreach (var call in item.Calls)
                    WriteFold("tool", $"Call to {call.Name}", () => WriteJson(call.Arguments));
                break;
        }
    }

    private void WriteParts(ShownItem item)
    {
        if (item.Parts.All(part => part.Value.Length == 0))
            return;
        _output.Write("<div class=\"text\" dir=\"auto\">\n");
        foreach (var part in item.Parts)
        {
            if (part.Kind == "text")
                MarkdownHtml.Write(_output, part.Value, allLinesBreak: item.Role == "user");
            else
                WriteMedia(ShownMedia.Of(part.Kind, part.Value));
        }
        _output.Write("</div>\n");
    }

    private void WriteMedia(ShownMedia media)
    {
        string label = Html.Escape(media.Label);
        _output.Write((media.Kind, media.Address) switch
        {
            ("image", { } address) => $"<p class=\"media\"><img src=\"{address}\" alt=\"{label}\"></p>\n",
            ("audio", { } address) => $"<p class=\"media\"><audio controls src=\"{address}\"></audio></p>\n",
            ("video", { } address) => $"<p class=\"media\"><video controls src=\"{address}\"></video></p>\n",
            _ => $"<p class=\"media\"><span class=\"chip\">{(media.Link is { } link ? Html.Link(link, label) : label)}</span></p>\n",
        });
    }

    private void WriteFold(string kind, string summary, Action writeContent)
    {
        _output.Write($"<details class=\"fold {kind}\"><summary>{Html.Escape(summary)}</summary><div class=\"text\" dir=\"auto\">\n");
        writeContent();
        _output.Write("</div></details>\n");
    }

    /// <summary>Writes text that is usually JSON; valid JSON is formatted.</summary>
    private void WriteJson(string text)
    {
        string code = JsonLayout.TryIndent(text) is { } indented ? CodeHighlighter.ToHtml(indented, "json") : Html.Escape(text);
        _output.Write($"<figure class=\"code\" dir=\"ltr\"><pre tabindex=\"0\"><code>{code}</code></pre></figure>\n");
    }

    private void WriteUsage()
    {
        var turns = _record.Turns.Where(turn => turn.Usage is not null).ToArray();
        if (turns.Length == 0)
            return;
        var columns = ExportText.UsageColumns(turns.Select(turn => turn.Usage!));
        _output.Write("<section class=\"usage\">\n<h2>Usage</h2>\n<div class=\"wide\"><table>\n<thead><tr><th>Turn</th><th>Model</th>"
            + string.Concat(columns.Select(column => $"<th class=\"right\">{column.Name}</th>")) + "</tr></thead>\n<tbody>");
        foreach (var turn in turns)
        {
            string number = turn.Number.ToString(CultureInfo.InvariantCulture);
            _output.Write($"<tr><td><a href=\"#turn-{number}\">{number}</a></td><td>{Html.Escape(turn.Model ?? "")}</td>{Cells(turn.Usage!)}</tr>\n");
        }
        _output.Write("</tbody>\n");
        if (_record.State.Usage is { } total)
            _output.Write($"<tfoot><tr><td colspan=\"2\">All requests</td>{Cells(total)}</tr></tfoot>\n");
        _output.Write("</table></div>\n</section>\n");

        string Cells(QwenUsage usage) => string.Concat(columns.Select(column => $"<td class=\"right\">{ExportText.Number(column.Read(usage))}</td>"));
    }

    private static string Style()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("conversation.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
