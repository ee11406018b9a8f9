using System.Management.Automation;
using QwenChat.Commands.Input;
using QwenChat.Commands.SessionState;
using QwenChat.History;
using QwenChat.Saving;
using QwenChat.Text;

namespace QwenChat.Commands;

/// <summary>Creates a branch: a conversation that starts with all turns, or the first turns, of another conversation, and continues independently.</summary>
[Cmdlet(VerbsCommon.Copy, "QwenConversation")]
[OutputType(typeof(QwenConversation))]
public sealed class CopyQwenConversationCommand : ConversationCommand
{
    /// <summary>The conversations to copy, or their ids or names. For a reply, the turns up to and including the reply are copied.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(ConversationCompleter))]
    [AllowNull]
    public object?[] Conversation { get; set; } = [];

    /// <summary>The number of turns to keep, counted from the first; 0 keeps only the settings.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int Turn { get; set; } = int.MaxValue;

    /// <summary>Moves the branch to another API.</summary>
    [Parameter]
    public QwenApi Api { get; set; }

    /// <summary>The name of the branch.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? Name { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEach(Conversation, given =>
    {
        var source = Find(given).Continue();
        var path = source.Path;
        bool whole = !MyInvocation.BoundParameters.ContainsKey(nameof(Turn));
        if (!whole && Turn > path.Count)
            throw new QwenException(QwenErrorKind.InvalidRequest, $"-Turn is {Turn}, but the conversation has only {Quantity.Of(path.Count, "turn")}.");
        QwenApi? api = MyInvocation.BoundParameters.ContainsKey(nameof(Api)) ? Api : null;
        var branch = ConversationEdit.Copy(source, whole ? path : path.Take(Turn), withPending: whole, api, Notices);
        WarnOfName(branch.Store, Name);
        branch.Name = Name;
        if (Connection is not null)
            (branch.Connection, branch.Defaults) = (Connection, null);
        Wait(ConversationSaving.TrySaveAsync(branch, Notices, Cancellation));
        Session.Current.LastConversation = branch;
        WriteObject(branch);
    });
}
