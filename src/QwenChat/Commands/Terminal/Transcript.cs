using System.Globalization;
using System.Management.Automation;
using QwenChat.Commands.Terminal;
using QwenChat.Commands.Tools;
using QwenChat.Tools;

namespace QwenChat.Commands;

/// <summary>Formats replies and items for the views in QwenChat.format.ps1xml.</summary>
public static class Transcript
{
    /// <summary>Returns the readable form of an item: its text or additional data, and a line for each media item.</summary>
    /// <param name="item">The item.</param>
    /// <returns>Text that is safe to display.</returns>
    public static string TextOf(QwenItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        string text = item.IsServiceToolCall ? string.Join("\n", ServiceToolItems.Read(item)) : item.IsForDisplay ? ExtraText.Of(item) : item.Text;
        return SafeText.Show(string.Join("\n", (text.Length > 0 ? [text] : Array.Empty<string>()).Concat(MediaOf(item))));
    }

    /// <summary>Returns the readable form of a reply: its text, then images and additional items, and its tool calls.</summary>
    /// <param name="reply">The reply.</param>
    /// <returns>Text that is safe to display.</returns>
    public static string TextOf(QwenReply reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        return SafeText.Show(string.Join("\n", (reply.Text.Length > 0 ? [reply.Text] : Array.Empty<string>()).Concat(BesideText(reply))));
    }

    /// <summary>Returns the text of a reply for the view, omitting the answer if it is already on the screen.</summary>
    /// <param name="reply">The reply.</param>
    /// <param name="historyId">The number of the current command line.</param>
    /// <returns>Text that is safe to display.</returns>
    public static string ViewOf(QwenReply reply, long historyId)
    {
        ArgumentNullException.ThrowIfNull(reply);
        return ShownReply.IsOnScreen(reply, historyId) ? SafeText.Show(string.Join("\n", BesideText(reply, openCallsOnly: true))) : TextOf(reply);
    }

    /// <summary>Returns the line below a reply: model, tokens, cached tokens, time and, if the reply is incomplete, the reason.</summary>
    /// <param name="reply">The reply.</param>
    /// <returns>One line that is safe to display.</returns>
    public static string FooterOf(QwenReply reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        var parts = new List<string>();
        if (reply.Model is { } model)
            parts.Add(model);
        if (reply.Usage is { } usage)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{usage.InputTokens:N0} in, {usage.OutputTokens:N0} out"));
            if (usage.CachedTokens > 0)
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"{usage.CachedTokens:N0} cached"));
            if (usage.Tools?.ToString() is { Length: > 0 } tools)
                parts.Add(tools);
        }
        if (reply.Duration > TimeSpan.Zero)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{reply.Duration.TotalSeconds:N1} s"));
        if (reply.State != QwenReplyState.Completed)
            parts.Add(reply.State.ToString().ToLowerInvariant() + (string.IsNullOrEmpty(reply.FinishReason) ? "" : $" ({reply.FinishReason})"));
        return SafeText.ShowLine(string.Join(" · ", parts));
    }

    /// <summary>Returns the lines to show in addition to the text of a reply. The lines are not yet safe to display.</summary>
    /// <param name="reply">The reply.</param>
    /// <param name="openCallsOnly">Whether to omit completed calls, which have already been shown.</param>
    internal static IEnumerable<string> BesideText(QwenReply reply, bool openCallsOnly = false) =>
        reply.Items.SelectMany(MediaOf).Concat(reply.Items.Where(item => item.IsForDisplay && !item.IsServiceToolCall).Select(ExtraText.Of))
            .Concat(openCallsOnly ? [] : reply.ServiceToolCalls.Select(call => $"[{ToolTurn.Line(call.ToString())}]")).Concat(CallsOf(reply, openCallsOnly));

    private static IEnumerable<string> MediaOf(QwenItem item) => item.Content.Where(part => part.IsMedia).Select(part => $"[{part.Type}: {part}]");

    /// <summary>Returns the text of a deserialized item or reply (from a job or CliXml).</summary>
    /// <param name="value">The object.</param>
    /// <returns>Text that is safe to display.</returns>
    public static string TextOf(PSObject value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return SafeText.Show(value.Properties["Text"]?.Value?.ToString());
    }

    /// <inheritdoc cref="TextOf(PSObject)"/>
    /// <param name="value">The object.</param>
    /// <param name="historyId">The number of the current command line.</param>
    public static string ViewOf(PSObject value, long historyId) => TextOf(value);

    /// <summary>Returns the line below a deserialized reply: the model and, if the reply is incomplete, the reason.</summary>
    /// <param name="value">The reply.</param>
    /// <returns>One line that is safe to display.</returns>
    public static string FooterOf(PSObject value)
    {
        ArgumentNullException.ThrowIfNull(value);
        string? state = value.Properties["State"]?.Value?.ToString();
        return SafeText.ShowLine(string.Join(" · ",
            new[] { value.Properties["Model"]?.Value?.ToString(), state == QwenReplyState.Completed
                ? null : state?.ToLowerInvariant() }.Where(part => !string.IsNullOrEmpty(part))));
    }

    /// <summary>Returns a line for each tool call of a reply. The lines are not yet safe to display.</summary>
    private static IEnumerable<string> CallsOf(QwenReply reply, bool openOnly) =>
        reply.ToolCalls.Where(call => !openOnly || call is { Result: null, Error: null }).Select(call => $"[{call.Name} {call.Arguments}]");
}
