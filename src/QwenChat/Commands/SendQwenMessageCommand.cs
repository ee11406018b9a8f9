using System.Management.Automation;
using QwenChat.Bulk;
using QwenChat.Commands.Bulk;
using QwenChat.Commands.Input;
using QwenChat.Commands.SessionState;
using QwenChat.Commands.Terminal;
using QwenChat.Media;
using QwenChat.Turn;

namespace QwenChat.Commands;

/// <summary>Sends a message as one turn and writes the reply. A failed turn leaves the conversation unchanged.</summary>
[Cmdlet(VerbsCommunications.Send, "QwenMessage", DefaultParameterSetName = AnySet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[Alias("sdqm")]
[OutputType(typeof(QwenReply), typeof(QwenReplyDelta), typeof(QwenRequestPlan), typeof(object))]
public sealed class SendQwenMessageCommand : MessageCommand
{
    private const int MostAtOnce = 10_000;

    private readonly PipelineInput _attached;
    private IQwenConversation? _target;
    private string? _message;
    private ScriptBlock? _block;
    private bool _anyInput, _anyConversation;
    private AnswerOutput? _answer;
    private BulkMessages? _bulk;
    // The warnings that have been written. Each is written only once, even if it concerns several messages.
    private readonly HashSet<string> _writtenOnce = [];

    /// <summary>Creates the command.</summary>
    public SendQwenMessageCommand() => _attached = new PipelineInput(Notices);

    /// <summary>
    /// The conversation to continue or the reply to branch from, or its id or name. A single positional argument that is none of these is the message.
    /// </summary>
    [Parameter(Position = 0, ParameterSetName = AnySet)]
    [ArgumentCompleter(typeof(ConversationCompleter))]
    [AllowNull]
    public object? Conversation { get; set; }

    /// <summary>The message, or a script block that creates a message from each input (<c>$_</c>).</summary>
    [Parameter(Position = 1, ParameterSetName = AnySet)]
    [Parameter(Position = 0, ParameterSetName = BeginSet)]
    [AllowNull]
    public object? Message { get; set; }

    /// <summary>
    /// Without -Message: strings, each sent as a turn. With -Message: conversations and replies to which the message is sent, or input to attach to the
    /// message.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public object? InputObject { get; set; }

    /// <summary>Sends each input as a separate message in a new conversation. A message for a piped conversation is sent to that conversation.</summary>
    [Parameter]
    public SwitchParameter ForEachInput { get; set; }

    /// <summary>The maximum number of messages to send concurrently. With this parameter, each input is a separate message, as with -ForEachInput.</summary>
    [Parameter]
    [Between(1, MostAtOnce)]
    public int ThrottleLimit { get; set; } = 1;

    /// <summary>Writes the replies in the order of their inputs instead of the order of completion.</summary>
    [Parameter]
    public SwitchParameter Ordered { get; set; }

    /// <summary>Writes the chunks of the answer as they arrive; the last chunk contains the reply.</summary>
    [Parameter]
    public SwitchParameter Stream { get; set; }

    /// <summary>Displays the answer as it arrives, with the thinking dimmed, and then writes the reply. With -Stream, nothing is displayed.</summary>
    [Parameter]
    public SwitchParameter Show { get; set; }

    /// <summary>With -As or -Schema, writes the reply, whose Value is the object, instead of the object alone.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (!DryRun)
            CodeWarmUp.Begin(Api);
        Attempt(ReadArguments, Conversation);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!HasInput)
            return;
        _anyInput = true;
        if (_bulk is not null)
        {
            SendInput(_bulk, _bulk.Next());
            return;
        }
        object? input = InputObject is PSObject wrapped ? wrapped.BaseObject : InputObject;
        if (input is IQwenConversation conversation && (_message is not null || NamedMedia.Any || ToolOutput is not null))
            AttemptOne(() => SendTo(conversation), Message);
        else if (_message is null)
            AttemptOne(SendEach, input);
        else
            Attempt(() => _attached.Add(InputObject), InputObject);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        _bulk?.Finish();
        if (HasInput && (_bulk is not null || _message is null) || _anyConversation)
            return;
        if (MyInvocation.ExpectingInput && !_anyInput)
            WriteWarning("The pipeline was empty, so nothing was sent.");
        else
            Attempt(() => Send(_target, _attached.JoinTo(_message ?? "", Render), _attached.Media), _message);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        // Also runs when a downstream command stops the pipeline, in which case EndProcessing is not called.
        if (disposing)
            _bulk?.End();
    }

    /// <summary>Distinguishes the conversation from the message: a single positional argument is the message, unless it is a conversation.</summary>
    private void ReadArguments()
    {
        bool isMessage = IsGiven(nameof(Conversation)) && !IsGiven(nameof(Message)) && GivenByPosition(nameof(Conversation))
            && !ConversationArgument.IsMeant(Conversation);
        object? given = isMessage ? Conversation : Message;
        _block = (given is PSObject wrapped ? wrapped.BaseObject : given) as ScriptBlock;
        if (_block is null && (isMessage || IsGiven(nameof(Message))))
            _message = MessageArgument.Read(given, new PipelineInput(Notices), Render);
        if (isMessage && _block is null && new ConversationLookup(Session.Current, null, null, Notices).IsKnown(_message!))
            WriteWarning(
                $"'{SafeText.ShowLine(_message)}' is sent as the message of a new conversation. To continue the conversation with this id or name, specify it "
                    + "with -Conversation.");
        if (IsGiven(nameof(Conversation)) && !isMessage)
            _target = Find(Conversation);
        bool isBulk = ForEachInput || IsGiven(nameof(ThrottleLimit)) || _block is not null;
        BulkCheck.Check(MyInvocation.BoundParameters, isBulk, _target, _block, HasInput);
        if (given is null && IsGiven(nameof(Message)))
            throw MessageArgument.IsNull();
        if (_message is null && !HasInput && !NamedMedia.Any && ToolOutput is null)
            throw new QwenException(QwenErrorKind.InvalidRequest,
                "There is no message. Specify one after the conversation (Send-QwenMessage $c 'Hello'), or pipe it.");
        if (isBulk && HasInput)
            _bulk = new BulkMessages(this, new BulkOptions(ThrottleLimit, Ordered), Wait, new BulkReport(Notify, WriteReply, WriteFailure, Stop),
                Cancellation);
    }

    private protected override string? LookupHint => GivenByPosition(nameof(Message))
        ? "If there are two arguments, the first is the conversation and the second is the message. Enclose a message of several words in quotation marks."
        : null;

    private void SendEach() => Send(_target ?? Begun, MessageArgument.ReadTurn(InputObject), []);

    private void SendTo(IQwenConversation conversation)
    {
        RefuseTwoTargets(!_attached.IsEmpty);
        _anyConversation = true;
        Send(Find(conversation), _message ?? "", []);
    }

    private void RefuseTwoTargets(bool hasAttached)
    {
        if (_target is not null)
            throw new QwenException(QwenErrorKind.InvalidRequest,
                "Conversations were both specified with -Conversation and piped. Omit -Conversation, or pipe only the input to attach.");
        if (hasAttached)
            throw new QwenException(QwenErrorKind.InvalidRequest,
                "The piped input contains conversations as well as input to attach. Pipe only the input, and specify the conversation with -Conversation.");
    }

    /// <summary>Sends one input as a separate message. Messages are sent concurrently or, with -Stream or -Show, sequentially.</summary>
    private void SendInput(BulkMessages bulk, int index)
    {
        object? input = BulkInput.Unwrap(InputObject);
        bool sent = false;
        AttemptOne(() =>
        {
            var read = InputMessage.Read(InputObject, _message, _block, NamedMedia.Any, Notices, Render);
            if (read.Target is not null)
                RefuseTwoTargets(hasAttached: false);
            var message = Prepare(read.Target is null ? _target : Find(read.Target), read.Text, read.Media, Stream || Show);
            sent = true;
            if (message is null)
                return;
            if (Stream || Show)
                Run(message, reply => BulkInput.Mark(reply, index, input));
            else
                bulk.Add(new BulkMessage(index, input, message, Notices.NewForLater()), read.Target is QwenConversation ? message.Conversation : null);
        }, input);
        if (!sent)
            bulk.Refuse();
    }

    private void Notify(BulkMessage message)
    {
        Used = message.Sent.Conversation;
        Notices.Take(message.Notices, _writtenOnce.Add);
        FlushNotices();
    }

    private void WriteReply(QwenReply reply)
    {
        WriteAnswer(reply);
        WriteNotices();
    }

    private void WriteAnswer(QwenReply reply)
    {
        if (reply.HasValue && !PassThru)
            WriteObject(reply.Value, enumerateCollection: true);
        else
            WriteObject(reply);
    }

    private void WriteFailure(BulkMessage message, QwenException failure)
    {
        WriteError(RecordOf(failure, message.Input));
        WriteNotices();
    }

    private void Stop(BulkMessage message, QwenException failure)
    {
        Used = message.Sent.Conversation;
        ThrowTerminatingError(RecordOf(failure, message.Input));
    }

    private void Send(IQwenConversation? target, string message, IReadOnlyList<MediaPart> piped)
    {
        if (Prepare(target, message, piped, Stream || Show) is not { } sending)
            return;
        if (target is null)
            Begun = sending.Conversation;
        Session.Current.LastConversation = sending.Conversation;
        Run(sending, static reply => reply);
        // Files are sent only once, because they are part of the history in later turns of the same conversation.
        if (_message is null)
            ForgetFiles();
    }

    private void Run(OutgoingMessage sending, Func<QwenReply, QwenReply> mark)
    {
        using var answer = _answer = new AnswerOutput(this, Stream, WriteAnswer, Stream || !Show ? null : new HostText(this).Begin(Wake));
        try
        {
            Drain(sending.RunAsync(Notices, Cancellation), delta =>
            {
                if (delta.Run is { } run)
                {
                    answer.EndLine();
                    sending.Tools.Answer(run, answer.ShowCall, Cancellation);
                    return;
                }
                if (delta.Draft is { } draft)
                {
                    answer.EndLine();
                    sending.Tools.Answer(draft);
                    return;
                }
                answer.Show(delta);
                var report = delta.Reply is { } spoken ? SaveAudio(mark(spoken)) : null;
                answer.Write(delta);
                report?.Invoke();
            });
        }
        catch (QwenException)
        {
            // The error must start on a new line, not after the partial answer.
            answer.EndLine();
            throw;
        }
    }

    private protected override void OnWake() => _answer?.Tick();
    private protected override void OnNotice() => _answer?.EndLine();

}
