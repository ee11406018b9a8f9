using System.Management.Automation;
using QwenChat.Commands.Tools;

namespace QwenChat.Commands.Terminal;

/// <summary>Writes one answer for Send-QwenMessage: its chunks (-Stream) or the reply. With -Show, also displays the answer as it arrives.</summary>
/// <param name="command">The cmdlet that writes the output.</param>
/// <param name="streams">Whether the chunks are written.</param>
/// <param name="write">Writes the reply, or the object created from it.</param>
/// <param name="live">The display of the answer; null for none.</param>
internal sealed class AnswerOutput(PSCmdlet command, bool streams, Action<QwenReply> write, LiveText? live) : IDisposable
{
    /// <summary>Displays a chunk. The last chunk ends the display.</summary>
    public void Show(QwenReplyDelta delta)
    {
        live?.Take(delta.Kind == QwenReplyDeltaKind.ServiceToolCall
            ? new QwenReplyDelta(QwenReplyDeltaKind.Thinking, ToolTurn.Line(delta.Text) + "\n") : delta);
        if (delta.Reply is not { } done || live is null)
            return;
        EndLine();
        ShownReply.Remember(done, command.MyInvocation.HistoryId);
    }

    /// <summary>With -Stream, writes the chunk. Otherwise, writes the reply when the last chunk arrives.</summary>
    public void Write(QwenReplyDelta delta)
    {
        if (streams)
            command.WriteObject(delta);
        else if (delta.Reply is { } reply)
            write(reply);
    }

    /// <summary>Displays a completed tool call and, with -Stream, writes its result.</summary>
    public void ShowCall(QwenToolCall call)
    {
        live?.Take(new QwenReplyDelta(QwenReplyDeltaKind.Thinking, ToolTurn.Line(call) + "\n"));
        if (streams)
            command.WriteObject(new QwenReplyDelta(QwenReplyDeltaKind.ToolResult, call.Result ?? ""));
    }

    public void EndLine() => live?.EndLine();

    public void Tick() => live?.Tick();

    /// <inheritdoc/>
    public void Dispose() => live?.Dispose();
}
