using System.Management.Automation;
using QwenChat.Commands.Input;
using QwenChat.History;
using QwenChat.Model;

namespace QwenChat.Commands;

/// <summary>Adds messages to a conversation without requesting an answer. The messages belong to the next turn.</summary>
[Cmdlet(VerbsCommon.Add, "QwenConversationItem", DefaultParameterSetName = MessageSet)]
[OutputType(typeof(QwenItem))]
public sealed class AddQwenConversationItemCommand : ConversationCommand
{
    private const string MessageSet = "Message";
    private const string ItemSet = "Item";

    private readonly List<MessageDraft> _messages = [];

    /// <summary>The conversation, or its id or name.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(ConversationCompleter))]
    [AllowNull]
    public object? Conversation { get; set; }

    /// <summary>The text of the messages; each string is one message. Hashtables and objects with <c>role</c> and <c>content</c> are added as items.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, ParameterSetName = MessageSet)]
    [AllowEmptyString]
    public object[] Message { get; set; } = [];

    /// <summary>The role of the messages.</summary>
    [Parameter(ParameterSetName = MessageSet)]
    [ValidateSet("user", "assistant", "system", "developer")]
    [Text]
    public string Role { get; set; } = "user";

    /// <summary>The items to add: objects with <c>role</c> and <c>content</c>, or items of another conversation.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ItemSet)]
    [ValidateNotNullOrEmpty]
    public object[] Item { get; set; } = [];

    /// <summary>Writes the added items.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Attempt(() =>
    {
        if (ParameterSetName == MessageSet)
            _messages.AddRange(Message.Select(said => ItemInput.ReadMessage(said, Role)));
        else
            _messages.AddRange(Item.Select(item => ItemInput.ReadMessage(item)));
    }, Conversation);

    /// <inheritdoc/>
    protected override void EndProcessing() => Attempt(() =>
    {
        var added = Wait(ConversationEdit.AddAsync(FindEnd(Conversation), _messages, Cancellation, Connection, Notices));
        if (PassThru)
            WriteObject(added, enumerateCollection: true);
    }, Conversation);
}
