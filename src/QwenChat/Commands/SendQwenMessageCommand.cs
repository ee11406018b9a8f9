using System.Collections;
using System.Management.Automation;
using QwenChat.Catalogue;
using QwenChat.Commands.Input;
using QwenChat.Commands.SessionState;
using QwenChat.Commands.Terminal;
using QwenChat.Commands.Tools;
using QwenChat.Protocols;
using QwenChat.Tools;
using QwenChat.Turn;

namespace QwenChat.Commands;

/// <summary>Sends a message and writes the reply. One turn; a failed one leaves the conversation as it was.</summary>
[Cmdlet(VerbsCommunications.Send, "QwenMessage", DefaultParameterSetName = AnySet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[Alias("sdqm")]
[OutputType(typeof(QwenReply), typeof(QwenReplyDelta), typeof(QwenRequestPlan))]
public sealed class SendQwenMessageCommand : QwenOptionsCommand
{
    private const string DefaultVoice = "Cherry";

    private readonly PipelineInput _along;
    private PipelineInput _textFiles;
    private MessageMedia? _media;
    private AudioTarget? _audioTarget;
    private IQwenConversation? _target;
    private string? _message;
    private QwenConversation? _begun;
    private bool _anyInput, _anyConversation, _mediaSent;
    private LiveText? _live;

    /// <summary>A command that has nothing to send yet.</summary>
    public SendQwenMessageCommand() => (_along, _textFiles) = (new PipelineInput(Notices), new PipelineInput(Notices));

    /// <summary>
    /// A conversation to add the turn to, or a reply to branch from, also by id or name. A single argument that is none of these is the message.
    /// </summary>
    [Parameter(Position = 0, ParameterSetName = AnySet)]
    [ArgumentCompleter(typeof(ConversationCompleter))]
    [AllowNull]
    public object? Conversation { get; set; }

    /// <summary>What to say.</summary>
    [Parameter(Position = 1, ParameterSetName = AnySet)]
    [Parameter(Position = 0, ParameterSetName = BeginSet)]
    [AllowNull]
    public object? Message { get; set; }

    /// <summary>Without -Message: strings, each a turn. With it: conversations and replies, one turn on each; or what goes along.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public object? InputObject { get; set; }

    /// <summary>The name of a conversation that begins here.</summary>
    [Parameter(ParameterSetName = BeginSet)]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? Name { get; set; }

    /// <summary>Images for the model to see: paths, files, addresses, bytes.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Image { get; set; }

    /// <summary>Videos for the model to see; images, from four on, make one video.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Video { get; set; }

    /// <summary>Sounds for the model to hear.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Audio { get; set; }

    /// <summary>Documents for the model to read: paths, addresses, ids (<c>fileid://…</c>).</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? File { get; set; }

    /// <summary>Puts every file into the service's temporary store, not only large ones.</summary>
    [Parameter]
    public SwitchParameter Upload { get; set; }

    /// <summary>Asks for a spoken answer, in this voice.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(VoiceCompleter))]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? AudioVoice { get; set; }

    /// <summary>How the spoken answer is coded; wav is the default.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AudioFormatCompleter))]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? AudioFormat { get; set; }

    /// <summary>Asks for a spoken answer, and saves it as this file.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Text(IsPath = true)]
    public string? AudioPath { get; set; }

    /// <summary>Results of calls that the last answer has left to the caller, by their ids: texts, or objects.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public IDictionary? ToolOutput { get; set; }

    /// <summary>Writes the answer's pieces as they come; the last one carries the reply.</summary>
    [Parameter]
    public SwitchParameter Stream { get; set; }

    /// <summary>Displays the answer while it comes, thinking dimmed, and then writes the one reply. With -Stream nothing is displayed.</summary>
    [Parameter]
    public SwitchParameter Show { get; set; }

    /// <summary>Writes the request as it would be sent, with estimated tokens and price, and sends nothing.</summary>
    [Parameter]
    public SwitchParameter DryRun { get; set; }

    /// <summary>Makes forgotten server state an error instead of sending the transcript again.</summary>
    [Parameter]
    public SwitchParameter NoRebuild { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        Attempt(ReadArguments, Conversation);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!HasInput)
            return;
        _anyInput = true;
        object? input = InputObject is PSObject wrapped ? wrapped.BaseObject : InputObject;
        if (input is IQwenConversation conversation && (_message is not null || NamedMedia.Any || ToolOutput is not null))
            AttemptOne(() => SendOn(conversation), Message);
        else if (_message is null)
            AttemptOne(SendEach, input);
        else
            Attempt(() => _along.Add(InputObject), InputObject);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (HasInput && _message is null || _anyConversation)
            return;
        if (MyInvocation.ExpectingInput && !_anyInput)
            WriteWarning("Nothing came through the pipeline, so nothing was sent.");
        else
            Attempt(() => Send(_target, _along.JoinTo(_message ?? "", Render)), _message);
    }

    private MediaParameters NamedMedia => new(Image, Video, Audio, File);

    /// <summary>Distinguishes conversation and message: a single argument without a name is the message, unless it is a conversation.</summary>
    private void ReadArguments()
    {
        bool isMessage = IsGiven(nameof(Conversation)) && !IsGiven(nameof(Message)) && GivenByPosition(nameof(Conversation))
            && !ConversationArgument.IsMeant(Conversation);
        if (isMessage || IsGiven(nameof(Message)))
            _message = MessageArgument.Read(isMessage ? Conversation : Message, new PipelineInput(Notices), Render);
        if (isMessage && new ConversationLookup(Session.Current, null, null, Notices).IsKnown(_message!))
            WriteWarning(
                $"'{SafeText.ShowLine(_message)}' is sent as the message of a new conversation. To send on the conversation of this id or name, give it as "
                    + "-Conversation.");
        if (IsGiven(nameof(Conversation)) && !isMessage)
            _target = Find(Conversation);
        if (_message is null && !HasInput && !NamedMedia.Any && ToolOutput is null)
            throw new QwenException(QwenErrorKind.InvalidRequest,
                "There is no message. Give one behind the conversation (Send-QwenMessage $c 'Hello'), or pipe it.");
    }

    private protected override string? LookupHint => GivenByPosition(nameof(Message))
        ? "Of two arguments the first is the conversation and the second is the message: put quotation marks around a message of several words." : null;

    private void SendEach() => Send(_target ?? _begun, MessageArgument.ReadTurn(InputObject));

    private void SendOn(IQwenConversation conversation)
    {
        if (_target is not null || !_along.IsEmpty)
            throw new QwenException(QwenErrorKind.InvalidRequest,
                "There are two things to send on: pipe conversations and replies, or name one and pipe what goes along, not both.");
        _anyConversation = true;
        Send(Find(conversation), _message ?? "");
    }

    private void Send(IQwenConversation? target, string message)
    {
        var start = ReadStart(Name, target is null ? ReadStore(mayCreate: true) : null);
        start.Check();
        if (target is not null && target != _begun && start.FirstGiven is { } misplaced)
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"{misplaced} belongs where a conversation begins, and this one has begun: give it to New-QwenConversation, or see Copy-QwenConversation.");
        var results = ToolOutput is null ? [] : ToolResults.Read(ToolOutput, target);
        var media = ReadMedia();
        message = _textFiles.JoinTo(message, Render);
        var conversation = target is null ? Begin(start, atService: false) : results.Length > 0 ? ToolResults.ConversationOf(target) : target.Continue();
        string model = Model ?? conversation.Model;
        var facts = ModelCatalogue.Find(model);
        // That a second turn is one too many is said first, when the turn is prepared.
        bool says = results.Length == 0 || message.Length > 0 || NamedMedia.Any;
        if (says && (facts?.SingleTurn != true || conversation.TurnCount == 0))
            media.Check(conversation.ApiKind, model, facts, message);
        var draft = says ? media.Write(message, hasStore: (Connection ?? conversation.Connection).CompatibleUri is null, Upload) : null;
        var tools = NewToolTurn((target is null ? ToolOptions.None : start.Settings.Tools).Over(conversation.ToolOptions));
        var turn = tools.AddTo(NewTurn(conversation, target is null ? null : Connection)) with
        {
            Message = draft,
            Before = [.. results, .. media.Before()],
            Spoken = AsksForAudio ? new SpokenAnswer(AudioVoice ?? DefaultVoice, AudioFormat ?? SpokenAnswer.Wav) : null,
            Options = target is null ? null : start.Settings.Options,
            Stream = Stream || Show,
            NoRebuild = NoRebuild,
        };
        var client = new QwenClient(turn.Connection ?? conversation.Connection);
        if (DryRun || ConfirmRequest.IsExpected(this, GetVariableValue))
        {
            var plan = Wait(client.PlanAsync(conversation, turn, Notices, Cancellation));
            if (DryRun)
                WriteObject(plan);
            if (DryRun || !ShouldProcess(PlanText.Of(plan, conversation), PlanText.Of(plan, conversation), "Send-QwenMessage"))
                return;
        }
        RequireServer(turn.Connection ?? conversation.Connection);
        if (target is null)
            _begun = conversation;
        Session.Current.LastConversation = conversation;
        WriteNotices(); // May end the command, and nothing is paid yet.
        using (_live = Stream || !Show ? null : new HostText(this).Begin(Wake))
            Run(client.RunAsync(conversation, turn, Notices, Cancellation), tools);
        // What was given once goes along once; a later turn of the same conversation still knows it.
        if (_message is null)
            (_media, _textFiles, _mediaSent) = (null, new PipelineInput(Notices), true);
    }

    private void Run(IAsyncEnumerable<QwenReplyDelta> answer, ToolTurn tools)
    {
        try
        {
            Drain(answer, delta =>
            {
                if (delta.Run is { } run)
                {
                    _live?.EndLine();
                    tools.Answer(run, ShowCall, Cancellation);
                    return;
                }
                _live?.Take(delta);
                if (delta.Reply is { } done)
                    EndShow(done);
                var report = delta.Reply is { } spoken ? SaveAudio(spoken) : null;
                if (Stream)
                    WriteObject(delta);
                else if (delta.Reply is { } reply)
                    WriteObject(reply);
                report?.Invoke();
            });
        }
        catch (QwenException)
        {
            // The error is not to begin where the answer broke off.
            _live?.EndLine();
            throw;
        }
    }

    private void ShowCall(QwenToolCall call)
    {
        _live?.Take(new QwenReplyDelta(QwenReplyDeltaKind.Thinking, ToolTurn.Line(call) + "\n"));
        if (Stream)
            WriteObject(new QwenReplyDelta(QwenReplyDeltaKind.ToolResult, call.Result ?? ""));
    }

    private void EndShow(QwenReply reply)
    {
        _live?.EndLine();
        if (_live is not null)
            ShownReply.Remember(reply, MyInvocation.HistoryId);
    }

    private protected override void OnWake() => _live?.Tick();
    private protected override void OnNotice() => _live?.EndLine();

    private bool AsksForAudio => AudioVoice is not null || AudioFormat is not null || AudioPath is not null;

    /// <summary>Looks at the media that were given and piped; for several conversations once.</summary>
    private MessageMedia ReadMedia()
    {
        if (AudioPath is not null)
            _audioTarget ??= new AudioTarget(SessionState.Path, AudioPath);
        if (_media is not null)
            return _media;
        var media = new MessageMedia();
        if (!_mediaSent)
        {
            NamedMedia.AddTo(media, _textFiles, SessionState.Path);
            foreach (var part in _along.Media)
                media.Add(part);
        }
        return _media = media;
    }

    /// <summary>Saves the spoken answer. What is to be said of it is said when the reply has been written, which it must not cost.</summary>
    private Action? SaveAudio(QwenReply reply)
    {
        if (!AsksForAudio)
            return null;
        if (reply.Audio is null)
            return () => WriteWarning("The model sent no audio with its answer.");
        try
        {
            _audioTarget?.Save(reply.Audio);
            return null;
        }
        catch (QwenException unsaved)
        {
            return () => AttemptOne(() => throw unsaved, AudioPath);
        }
    }

    private string Render(IReadOnlyList<object> layout) => LayoutText.Render(InvokeCommand, layout);
}
