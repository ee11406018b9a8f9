using System.Management.Automation;
using QwenChat.Batch;
using QwenChat.Catalogue;
using QwenChat.Commands.Bulk;
using QwenChat.Commands.Input;
using QwenChat.Commands.SessionState;
using QwenChat.Commands.Terminal;
using QwenChat.Media;
using QwenChat.Tools;

namespace QwenChat.Commands;

/// <summary>Creates a batch request. Nothing is sent until the request is passed to Start-QwenBatch.</summary>
[Cmdlet(VerbsCommon.New, "QwenBatchRequest", DefaultParameterSetName = AnySet)]
[OutputType(typeof(QwenBatchRequest))]
public sealed class NewQwenBatchRequestCommand : QwenOptionsCommand
{
    /// <summary>The maximum size of an input that is stored with its request.</summary>
    private const int MaximumInputBytes = 64 * 1024;

    private IQwenConversation? _target;
    private ScriptBlock? _block;
    private string? _message;
    private NamedFiles? _files;

    /// <summary>The message, or a script block that creates a message from each input (<c>$_</c>).</summary>
    [Parameter(Position = 0)]
    [AllowNull]
    public object? Message { get; set; }

    /// <summary>The id of the request and of its result. Requests without an id are numbered.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("CustomId", "custom_id")]
    [ValidateNotNullOrEmpty]
    [ValidateLength(1, 256)]
    [Text]
    public string? Id { get; set; }

    /// <summary>The conversation to continue or the reply to branch from, or its id or name.</summary>
    [Parameter(ParameterSetName = AnySet)]
    [ArgumentCompleter(typeof(ConversationCompleter))]
    [AllowNull]
    public object? Conversation { get; set; }

    /// <summary>The inputs, one for each request: messages, content to attach to the message, or conversations, each of which gets one turn.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public object? InputObject { get; set; }

    /// <summary>Images to attach: paths, files, addresses or bytes.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Image { get; set; }

    /// <summary>Videos to attach; four or more images form one video.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Video { get; set; }

    /// <summary>Audio to attach.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Audio { get; set; }

    /// <summary>Documents to attach: paths, addresses or ids (<c>fileid://…</c>).</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? File { get; set; }

    private MediaParameters NamedMedia => new(Image, Video, Audio, File);

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        Attempt(() =>
        {
            _block = (Message is PSObject wrapped ? wrapped.BaseObject : Message) as ScriptBlock;
            if (_block is null && IsGiven(nameof(Message)))
                _message = MessageArgument.Read(Message, new PipelineInput(Notices), Render);
            if (Message is null && IsGiven(nameof(Message)))
                throw MessageArgument.IsNull();
            if (IsGiven(nameof(Conversation)))
                _target = Keep(Find(Conversation));
            if (_block is not null && !HasInput)
                throw new QwenException(QwenErrorKind.InvalidRequest,
                    "-Message is a script block, which needs piped input, but nothing was piped. Pipe the inputs.");
            if (_message is null && _block is null && !HasInput && !NamedMedia.Any)
                throw new QwenException(QwenErrorKind.InvalidRequest, "There is no message. Specify one (New-QwenBatchRequest 'Hello'), or pipe it.");
        }, Message);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!HasInput)
            return;
        object? input = BulkInput.Unwrap(InputObject);
        AttemptOne(() =>
        {
            var read = InputMessage.Read(InputObject, _message, _block, NamedMedia.Any, Notices, Render);
            if (read.Target is not null && _target is not null)
                throw new QwenException(QwenErrorKind.InvalidRequest, "Conversations were both specified with -Conversation and piped. Use only one.");
            // The pipeline also binds the Id property of a piped conversation to -Id, but that id is not meant for the request.
            string? id = input is QwenConversation conversation && conversation.Id == Id ? null : Id;
            Make(read.Target is null ? _target : Keep(Find(read.Target)), read.Text, read.Media, id, input);
        }, input);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!HasInput)
            Attempt(() => Make(_target, _message ?? "", [], Id, null), Message);
    }

    private void Make(IQwenConversation? target, string message, IReadOnlyList<MediaPart> piped, string? id, object? input)
    {
        var start = ReadStart(null, target is null ? ReadStore(mayCreate: true) : null);
        if (start is { Api: null, PreviousResponseId: null, ConversationId: null })
            start = start with { Api = QwenApi.ChatCompletions };
        start.Check();
        _files ??= new NamedFiles(NamedMedia, SessionState.Path, Notices);
        var media = _files.With(piped);
        message = _files.JoinTo(message, Render);
        var conversation = target is null ? Begin(start, atService: false) : target.Continue();
        string model = Model ?? conversation.Model;
        media.Check(QwenApi.ChatCompletions, model, ModelCatalogue.Find(model), message);
        var tools = NewToolTurn((target is null ? ToolOptions.None : start.Settings.Tools).Over(conversation.ToolOptions));
        var turn = tools.AddTo(NewTurn(conversation, target is null ? null : Connection)) with
        {
            // Batch requests cannot use files in the service's temporary store, so they contain the files themselves.
            Message = media.Write(QwenApi.ChatCompletions, message, hasStore: false, upload: false),
            Before = media.Before(),
            Options = target is null ? null : start.Settings.Options,
        };
        var made = Wait(BatchDraft.MakeAsync(conversation, turn, id, InputOf(input), Notices, Cancellation));
        WriteObject(new QwenBatchRequest(made.Entry, made.Body, made.Connection) { InputObject = input });
    }

    private static IQwenConversation Keep(IQwenConversation found)
    {
        Session.Current.Conversations.Add(Whole(found));
        return found;
    }

    private string Render(IReadOnlyList<object> layout) => LayoutText.Render(InvokeCommand, layout);

    /// <summary>Returns an input as JSON; null for a conversation, or for an input that is too large or cannot be converted to JSON.</summary>
    private static string? InputOf(object? input)
    {
        try
        {
            return input switch
            {
                null or IQwenConversation => null,
                FileSystemInfo file => ObjectJson.ToText(file.FullName, MaximumInputBytes),
                _ => ObjectJson.ToText(input, MaximumInputBytes),
            };
        }
        catch (QwenException)
        {
            return null;
        }
    }
}
