using System.Text;
using QwenChat.Export.Markdown;
using QwenChat.Text;

namespace QwenChat.Export;

/// <summary>A conversation as a Markdown page. Messages stay Markdown, but cannot affect the rest of the page.</summary>
internal sealed class MarkdownPage
{
    private readonly ConversationFileContent _record;
    private readonly TextWriter _output;

    private MarkdownPage(ConversationFileContent record, TextWriter output)
    {
        _record = record;
        _output = output;
    }

    public static void Write(Stream stream, ConversationFileContent record, DateTimeOffset now)
    {
        using var output = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        new MarkdownPage(record, output).Write(now);
    }

    private void Write(DateTimeOffset now)
    {
        var (head, settings) = (_record.Head, _record.Head.Settings);
        _output.Write($"# {Line(ExportText.Title(_record))}\n\n");
        _output.Write(
            $"{Line(settings.Options.Model ?? "")} · {ExportText.Api(head.Api)} · {ExportText.Turns(_record.Turns.Count)} · "
                + $"{ExportText.Time(head.CreatedAt)}\n\n");
        if (settings.Metadata.Count > 0)
        {
            foreach (var (name, value) in settings.Metadata)
                _output.Write($"- {Line(name)}: {Line(value)}\n");
            _output.Write('\n');
        }
        if (settings.Options.Instructions is { Length: > 0 } instructions)
            WriteFold("Instructions", MarkdownText.Contain(instructions));
        foreach (var turn in _record.Turns)
            WriteTurn(turn);
        if (_record.State.Pending.Count > 0)
        {
            _output.Write("## Not sent yet\n\n");
            foreach (var item in _record.State.Pending)
                WriteSaid(item);
        }
        WriteUsage();
        _output.Write($"*Exported by QwenChat, {ExportText.Time(now)}*\n");
    }

    private void WriteTurn(QwenTurn turn)
    {
        _output.Write(FormattableString.Invariant($"## {turn.Number}\n\n"));
        foreach (var item in turn.Items.Take(turn.InputCount))
            WriteSaid(item);
        if (turn.Items.Count > turn.InputCount)
            _output.Write($"**{Line(turn.Model ?? "Assistant")}**\n\n");
        foreach (var item in turn.Items.Skip(turn.InputCount))
            WriteContent(ShownItem.Of(item, _record.Head.Api), ExportText.Thinking(turn));
        if (turn.State != QwenReplyState.Completed)
            _output.Write($"*{ExportText.State(turn.State)}*\n\n");
    }

    /// <summary>Writes an input item of a turn. The name of the speaker is written before a message.</summary>
    private void WriteSaid(QwenItem item)
    {
        var shown = ShownItem.Of(item, _record.Head.Api);
        if (shown.Kind is ShownKind.Message or ShownKind.ToolCalls)
            _output.Write($"**{Line(ExportText.Speaker(shown.Role))}**\n\n");
        WriteContent(shown, "Thinking");
    }

    private void WriteContent(ShownItem item, string thinking)
    {
        switch (item.Kind)
        {
            case ShownKind.Thinking:
                WriteFold(thinking, MarkdownText.Contain(item.Text));
                break;
            case ShownKind.ToolResult:
                WriteFold("Tool result", Fenced(item.Text));
                break;
            case ShownKind.ServiceCalls:
                foreach (var call in item.ServiceCalls)
                    WriteFold(ServiceCallText.Title(call), Fenced(ServiceCallText.Of(call)));
                break;
            case ShownKind.Other:
                WriteFold(ExportText.Type(item.Role), Fenced(item.Text));
                break;
            default:
                foreach (var part in item.Parts.Where(part => part.Value.Length > 0))
                    _output.Write((part.Kind == "text" ? MarkdownText.Contain(part.Value) : Media(ShownMedia.Of(part.Kind, part.Value))) + "\n\n");
                foreach (var call in item.Calls)
                    WriteFold($"Call to {call.Name}", Fenced(call.Arguments));
                break;
        }
    }

    private static string Media(ShownMedia media) => media.Kind == "image" && media.Address is { } address
        ? $"![{Line(media.Label)}]({address})"
        : media.Link is { } link
        ? $"[{Line(media.Label)}](<{link.Replace("<", "%3C", StringComparison.Ordinal).Replace(">", "%3E", StringComparison.Ordinal)}>)" : Line(media.Label);

    private void WriteFold(string summary, string content) =>
        _output.Write($"<details>\n<summary>{Html.Escape(VisibleText.LineOf(summary))}</summary>\n\n{content}\n\n</details>\n\n");

    private static string Fenced(string text)
    {
        string? json = JsonLayout.TryIndent(text);
        return MarkdownText.Fence(VisibleText.Of(json ?? text), json is null ? "" : "json");
    }

    private void WriteUsage()
    {
        var turns = _record.Turns.Where(turn => turn.Usage is not null).ToArray();
        if (turns.Length == 0)
            return;
        var columns = ExportText.UsageColumns(turns.Select(turn => turn.Usage!));
        _output.Write("## Usage\n\n| Turn | Model |" + string.Concat(columns.Select(column => $" {column.Name} |"))
            + "\n|---:|---|" + string.Concat(columns.Select(_ => "---:|")) + "\n");
        foreach (var turn in turns)
            _output.Write(FormattableString.Invariant($"| {turn.Number} | {Line(turn.Model ?? "")} |") + Cells(turn.Usage!) + "\n");
        if (_record.State.Usage is { } total)
            _output.Write("| | All requests |" + Cells(total) + "\n");
        _output.Write('\n');

        string Cells(QwenUsage usage) => string.Concat(columns.Select(column => $" {ExportText.Number(column.Read(usage))} |"));
    }

    /// <summary>Returns text on one line, with all Markdown characters escaped.</summary>
    private static string Line(string text) => MarkdownText.Escape(VisibleText.LineOf(text));
}
