using System.Management.Automation;
using QwenChat.Commands.Tools;

namespace QwenChat.Commands.Terminal;

/// <summary>Writes one answer as Send-QwenMessage was asked to: its pieces (-Stream), or the reply, displayed while it comes (-Show).</summary>
/// <param name="command">The command that writes.</param>
/// <param name="streams">Whether the pieces are written.</param>
/// <param name="write">Writes the reply, or the object that it is to be.</param>
/// <param name="live">Where the answer is displayed; null for nowhere.</param>
internal sealed class AnswerOutput(PSCmdlet command, bool streams, Action<QwenReply> write, LiveText? live) : IDisposable
{
    /// <summary>Displays a piece; with the last one the display is at its end.</summary>
    public void Show(QwenReplyDelta delta)
    {
        live?.Take(delta.Kind == QwenReplyDeltaKind.ServiceToolCall
            ? new QwenReplyDelta(QwenReplyDeltaKind.Thinking, ToolTurn.Line(delta.Text) + "\n") : delta);
        if (delta.Reply is not { } done || live is null)
            return;
        EndLine();
        ShownReply.Remember(done, command.MyInvocation.HistoryId);
    }

    /// <summary>Writes a piece or, with the last one, the reply.</summary>
    public void Write(QwenReplyDelta delta)
    {
        if (streams)
            command.WriteObject(delta);
        else if (delta.Reply is { } reply)
            write(reply);
    }

    /// <summary>Displays a call that was run.</summary>
    public void ShowCall(QwenToolCall call)
    {
        live?.Take(new QwenReplyDelta(QwenReplyDeltaKind.Thinking, ToolTurn.Line(call) + "\n"));
        if (streams)
            command.WriteObject(new QwenReplyDelta(QwenReplyDeltaKind.ToolResult, call.Result ?? ""));
    }

    /// <summary>Ends the line that is being displayed: something else is to stand below it.</summary>
    public void EndLine() => live?.EndLine();

    /// <summary>Displays what has waited long enough.</summary>
    public void Tick() => live?.Tick();

    /// <inheritdoc/>
    public void Dispose() => live?.Dispose();
}
