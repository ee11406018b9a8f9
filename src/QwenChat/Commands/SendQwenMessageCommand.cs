using System.Management.Automation;
using QwenChat.Media;
using QwenChat.Protocols;

namespace QwenChat.Commands;

/// <summary>Sends a message and writes the reply. One turn; a failed one leaves the conversation as it was.</summary>
[Cmdlet(VerbsCommunications.Send, "QwenMessage", DefaultParameterSetName = MessageSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[Alias("sdqm")]
[OutputType(typeof(QwenReply), typeof(QwenReplyDelta), typeof(QwenRequestPlan))]
public sealed class SendQwenMessageCommand : QwenOptionsCommand
{
    private const string MessageSet = "Message";
    private const string ConversationSet = "Conversation";
    private const string InputSet = "Input";

    private const string DefaultVoice = "Cherry";

    private readonly PipedText _along;
    private PipedText _textFiles;
    private MessageMedia? _media;
    private AudioTarget? _audioTarget;
    private QwenConversation? _begun;
    private bool _anyInput;
    private bool _anyConversation;
    private bool _mediaSent;
    private LiveText? _live;

    /// <summary>A command that has nothing to send yet.</summary>
    public SendQwenMessageCommand() => (_along, _textFiles) = (new PipedText(Notices), new PipedText(Notices));

    /// <summary>What to say.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = MessageSet)]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ConversationSet)]
    [AllowEmptyString]
    public string Message { get; set; } = "";

    /// <summary>A conversation to add the turn to, or a reply to branch from.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ConversationSet)]
    [Parameter(ParameterSetName = InputSet)]
    [ValidateNotNull]
    public IQwenConversation? Conversation { get; set; }

    /// <summary>Without -Message: strings, each a turn. With it: conversations and replies, one turn on each; or what goes along.</summary>
    [Parameter(ValueFromPipeline = true, ParameterSetName = MessageSet)]
    [Parameter(ValueFromPipeline = true, ParameterSetName = ConversationSet)]
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputSet)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public object? InputObject { get; set; }

    /// <summary>The name of a conversation that begins here.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
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
    public string? AudioVoice { get; set; }

    /// <summary>How the spoken answer is coded; wav is the default.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AudioFormatCompleter))]
    [ValidateNotNullOrEmpty]
    public string? AudioFormat { get; set; }

    /// <summary>Asks for a spoken answer, and saves it as this file.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? AudioPath { get; set; }

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
    protected override void ProcessRecord()
    {
        if (!MyInvocation.ExpectingInput && ParameterSetName != InputSet)
            return;
        _anyInput = true;
        object? input = InputObject is PSObject wrapped ? wrapped.BaseObject : InputObject;
        if (ParameterSetName == InputSet)
            Attempt(() => SendEach(input), input);
        else if (input is IQwenConversation conversation)
            AttemptOne(() => SendOn(conversation), Message);
        else
            Attempt(() => _along.Add(InputObject), InputObject);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (ParameterSetName == InputSet || _anyConversation)
            return;
        if (MyInvocation.ExpectingInput && !_anyInput)
        {
            WriteWarning("Nothing came through the pipeline, so nothing was sent.");
            return;
        }
        Attempt(() => Send(Conversation, _along.JoinTo(Message, layout => LayoutText.Render(InvokeCommand, layout))), Message);
    }

    private void SendEach(object? input)
    {
        DeserializedObject.Refuse(InputObject);
        if (input is IQwenConversation)
            throw new QwenException(QwenErrorKind.InvalidRequest, "A conversation came through the pipeline, but no message says what to send on it: give -Message.");
        if (input is not (string or ValueType) || ScalarValue.Of(input) is not { } message)
        {
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"An object of type {input?.GetType().Name ?? "null"} came through the pipeline, but no message says what to do with it: give -Message, and it goes along.");
        }
        Send(Conversation ?? _begun, message.Text);
    }

    private void SendOn(IQwenConversation conversation)
    {
        if (ParameterSetName == ConversationSet || !_along.IsEmpty)
            throw new QwenException(QwenErrorKind.InvalidRequest, "There are two things to send on: pipe conversations and replies, or name one and pipe what goes along, not both.");
        _anyConversation = true;
        Send(conversation, Message);
    }

    private void Send(IQwenConversation? target, string message)
    {
        var start = ReadStart(Name);
        start.Check();
        if (target is not null && target != _begun && start.FirstGiven is { } misplaced)
            throw new QwenException(QwenErrorKind.InvalidRequest, $"{misplaced} belongs where a conversation begins, and this one has begun: give it to New-QwenConversation, or see Copy-QwenConversation.");
        var media = ReadMedia();
        message = _textFiles.JoinTo(message, layout => LayoutText.Render(InvokeCommand, layout));
        var conversation = target?.Continue() ?? Begin(start, atService: false);
        string model = Model ?? conversation.Model;
        var facts = ModelCatalogue.Find(model);
        // That a second turn is one too many is said first, when the turn is prepared.
        if (facts?.SingleTurn != true || conversation.TurnCount == 0)
            media.Check(conversation.Api, model, facts, message);
        var draft = media.Write(message, hasStore: (Connection ?? conversation.Connection).CompatibleUri is null, Upload);
        var turn = NewTurn(conversation, target is null ? null : Connection) with
        {
            Message = draft,
            Before = media.Before(),
            Spoken = AsksForAudio ? new SpokenAnswer(AudioVoice ?? DefaultVoice, AudioFormat ?? SpokenAnswer.Wav) : null,
            Options = target is null ? null : start.Options,
            Stream = Stream || Show,
            NoRebuild = NoRebuild,
        };
        var client = new QwenClient(turn.Connection ?? conversation.Connection);
        if (DryRun || AsksBefore)
        {
            var plan = Wait(client.PlanAsync(conversation, turn, Notices, Cancellation));
            if (DryRun)
                WriteObject(plan);
            if (DryRun || !ShouldProcess(PlanText.Of(plan, conversation), PlanText.Of(plan, conversation), "Send-QwenMessage"))
                return;
        }
        if (target is null)
            _begun = conversation;
        Session.Current.LastConversation = conversation;
        WriteNotices(); // May end the command, and nothing is paid yet.
        using (_live = Stream || !Show ? null : new HostText(this).Begin(Wake))
            Run(client.RunAsync(conversation, turn, Notices, Cancellation));
        // What was given once goes along once; a later turn of the same conversation still knows it.
        if (ParameterSetName == InputSet)
            (_media, _textFiles, _mediaSent) = (null, new PipedText(Notices), true);
    }

    private void Run(IAsyncEnumerable<QwenReplyDelta> answer)
    {
        try
        {
            Drain(answer, delta =>
            {
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
            var input = new MediaInput(SessionState.Path);
            foreach (var (kind, value) in new[] { (MediaKind.Image, Image), (MediaKind.Video, Video), (MediaKind.Audio, Audio) })
            {
                if (value is not null)
                    media.Add(kind, input.Read(value));
            }
            foreach (var document in File is null ? [] : input.Read(File))
            {
                if (document is { File: { } text } && (document.Type!.Kind == MediaKind.Text || document.Type == MediaType.Unknown))
                    _textFiles.AddTextFile(new FileInfo(text.Path));
                else
                    media.AddDocument(document);
            }
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

    /// <summary>Whether somebody wants to see what would be sent: -WhatIf, or a confirmation.</summary>
    private bool AsksBefore => Asks("WhatIf", "WhatIfPreference", preference => LanguagePrimitives.IsTrue(preference))
        || Asks("Confirm", "ConfirmPreference", preference => preference is ConfirmImpact.Low);

    private bool Asks(string parameter, string variable, Func<object?, bool> isOn) => MyInvocation.BoundParameters.TryGetValue(parameter, out object? asked)
        ? LanguagePrimitives.IsTrue(asked) : isOn(GetVariableValue(variable));
}
