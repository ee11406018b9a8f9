using System.Collections;
using System.Management.Automation;
using QwenChat.Context;

namespace QwenChat.Commands;

/// <summary>Sends a message and writes the reply. One turn; a failed one leaves the conversation as it was.</summary>
[Cmdlet(VerbsCommunications.Send, "QwenMessage", DefaultParameterSetName = MessageSet)]
[OutputType(typeof(QwenReply), typeof(QwenReplyDelta))]
public sealed class SendQwenMessageCommand : QwenOptionsCommand
{
    private const string MessageSet = "Message";
    private const string ConversationSet = "Conversation";
    private const string InputSet = "Input";

    private readonly PipedText _along = new();
    private QwenConversation? _begun;
    private bool _anyInput;
    private bool _anyConversation;

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
    [AllowEmptyString]
    [AllowEmptyCollection]
    public object? InputObject { get; set; }

    /// <summary>Who keeps the history of a conversation that begins here.</summary>
    [Parameter]
    public QwenApi Api { get; set; }

    /// <summary>The name of a conversation that begins here.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>Notes on a conversation that begins here.</summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary? Metadata { get; set; }

    /// <summary>For a conversation that begins here: the service is to keep nothing.</summary>
    [Parameter]
    public SwitchParameter Stateless { get; set; }

    /// <summary>Begins a conversation that continues a response made elsewhere.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? PreviousResponseId { get; set; }

    /// <summary>Continues a conversation object made elsewhere; its items are read.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ConversationId { get; set; }

    /// <summary>What was said before: messages as objects with <c>role</c> and <c>content</c>, strings of the user's, or items of another conversation.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object[] Item { get; set; } = [];

    /// <summary>Writes the answer's pieces as they come; the last one carries the reply.</summary>
    [Parameter]
    public SwitchParameter Stream { get; set; }

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
            Attempt(() => _along.Add(InputObject!), InputObject);
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
        Attempt(() => Send(Conversation, _along.JoinTo(Message, RenderObjects)), Message);
    }

    private void SendEach(object? input)
    {
        if (input is not (string or ValueType))
        {
            throw new QwenException(QwenErrorKind.InvalidRequest, input is IQwenConversation
                ? "A conversation came through the pipeline, but no message says what to send on it: give -Message."
                : $"An object of type {input?.GetType().Name ?? "null"} came through the pipeline, but no message says what to do with it: give -Message, and it goes along.");
        }
        Send(Conversation ?? _begun, LanguagePrimitives.ConvertTo<string>(input));
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
        var options = ReadOptions();
        var start = new ConversationStart
        {
            Api = Given(nameof(Api)) ? Api : null,
            Name = Name,
            Metadata = ConversationStart.ReadMetadata(Metadata),
            Stateless = Stateless,
            PreviousResponseId = PreviousResponseId,
            ConversationId = ConversationId,
            Items = Item.Select(ItemObject.ReadMessage).ToArray(),
            Options = options,
        };
        start.Check();
        if (target is not null && target != _begun && start.FirstGiven is { } misplaced)
            throw new QwenException(QwenErrorKind.InvalidRequest, $"{misplaced} belongs where a conversation begins, and this one has begun: give it to New-QwenConversation, or see Copy-QwenConversation.");
        var conversation = target?.Continue() ?? (_begun = Begin(start, atService: false));
        Session.Current.LastConversation = conversation;
        var turn = new TurnRequest
        {
            Message = MessageDraft.OfText("user", message),
            Options = target is null ? null : options,
            Connection = target is null ? null : Connection,
            Stream = Stream,
            NoRebuild = NoRebuild,
            Caller = System.Management.Automation.Runspaces.Runspace.DefaultRunspace,
        };
        Drain(new QwenClient(turn.Connection ?? conversation.Connection).RunAsync(conversation, turn, Notices, Cancellation), delta =>
        {
            if (Stream)
                WriteObject(delta);
            else if (delta.Reply is { } reply)
                WriteObject(reply);
        });
    }

    /// <summary>Objects as <c>Out-String</c> shows them; a wide page, so that no column is cut.</summary>
    private string RenderObjects(IReadOnlyList<object> objects) =>
        string.Concat(InvokeCommand.InvokeScript("param($Objects) $Objects | Out-String -Width 250", false, System.Management.Automation.Runspaces.PipelineResultTypes.None, null, [objects])
            .Select(part => part.ToString()));
}
