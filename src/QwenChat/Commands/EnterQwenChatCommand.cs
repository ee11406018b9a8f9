using System.Management.Automation;
using QwenChat.Commands.Errors;
using QwenChat.Commands.Input;
using QwenChat.Commands.Repl;
using QwenChat.Commands.SessionState;
using QwenChat.Commands.Tools;
using QwenChat.Model;
using QwenChat.Turn;

namespace QwenChat.Commands;

/// <summary>Starts an interactive chat. When the chat ends, writes its unstored earlier conversations, and then the current conversation.</summary>
[Cmdlet(VerbsCommon.Enter, "QwenChat", DefaultParameterSetName = AnySet)]
[Alias("etqc")]
[OutputType(typeof(QwenConversation))]
public sealed class EnterQwenChatCommand : QwenOptionsCommand
{
    private ChatSession? _session;
    private bool _hasRun;

    /// <summary>The conversation to continue or the reply to branch from, or its id or name. By default, a new conversation begins.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = AnySet)]
    [ArgumentCompleter(typeof(ConversationCompleter))]
    [AllowNull]
    public object? Conversation { get; set; }

    /// <summary>The name of a new conversation.</summary>
    [Parameter(ParameterSetName = BeginSet)]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? Name { get; set; }

    /// <summary>Shows only a note in place of the model's thinking.</summary>
    [Parameter]
    public SwitchParameter FoldThinking { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        _hasRun = true;
        Attempt(RunChat, Conversation);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!_hasRun)
            WriteWarning("The pipeline was empty, so there is no conversation to continue. Use Enter-QwenChat without input to begin a conversation.");
    }

    private void RunChat()
    {
        InteractiveHost.Check(this);
        bool continues = IsGiven(nameof(Conversation));
        var start = ReadStart(Name, continues ? null : ReadStore(mayCreate: true));
        start.Check();
        var conversation = continues ? Find(Conversation).Continue() : Begin(start, atService: false);
        if (continues)
            conversation.Change(settings => settings with { Tools = start.Settings.Tools.Over(settings.Tools) });
        FlushNotices();
        SetLast(conversation);
        using (var keys = new ChatKeys(Host.UI.Write))
        {
            var options = continues ? start.Settings.Options : new QwenOptions();
            _session = new ChatSession(this, keys, Session.Current.ChatHistory, conversation, options, FoldThinking);
            _session.Run();
        }
        foreach (var earlier in _session.Unstored)
            WriteObject(earlier);
        WriteObject(_session.Conversation);
    }

    internal static void SetLast(QwenConversation conversation) => Session.Current.LastConversation = conversation;

    /// <summary>Sends a message, runs the tool calls of the answer, and passes the chunks of the answer to a callback as they arrive.</summary>
    internal void Send(QwenConversation conversation, string message, QwenOptions options, Action<QwenReplyDelta> take, CancellationToken cancellation)
    {
        var connection = IsGiven(nameof(Conversation)) ? Connection : null;
        RequireServer(connection ?? conversation.Connection);
        var tools = NewToolTurn(conversation.ToolOptions);
        var turn = tools.AddTo(NewTurn(conversation, connection)) with { Message = MessageDraft.OfText("user", message), Options = options, Stream = true };
        Drain(new QwenClient(connection ?? conversation.Connection).RunAsync(conversation, turn, Notices, cancellation), delta =>
        {
            if (delta.Run is { } run)
                tools.Answer(run, call => take(new QwenReplyDelta(QwenReplyDeltaKind.ToolResult, ToolTurn.Line(call))), cancellation);
            else if (delta.Draft is { } draft)
                tools.Answer(draft);
            else
                take(delta);
        });
    }

    internal void WaitFor(Task task) => Wait(task);

    internal void ShowNotices() => WriteNotices();

    /// <summary>Shows an error without ending the chat.</summary>
    internal void Show(QwenException failure, string text) => WriteError(ErrorRecords.RecordOf(failure, text));

    /// <summary>Returns the full path of a file or a folder.</summary>
    /// <exception cref="QwenException">The path is not valid.</exception>
    internal string FindPath(string path) =>
        Directory.Exists(path) ? SessionState.Path.GetUnresolvedProviderPathFromPSPath(path)
        : new FilePaths(SessionState.Path, QwenErrorKind.InvalidRequest).Find(path, isLiteral: true);

    internal new NoticeQueue Notices => base.Notices;

    internal new CancellationToken Cancellation => base.Cancellation;

    internal new void Wake() => base.Wake();

    private protected override void OnWake() => _session?.OnWake();

    private protected override void OnNotice() => _session?.OnNotice();
}
