using System.Management.Automation;
using QwenChat.Commands.Input;
using QwenChat.Export;

namespace QwenChat.Commands;

/// <summary>Writes conversations to files, by the extension: everything (.json, .jsonl), or a page for people (.md, .html).</summary>
[Cmdlet(VerbsData.Export, "QwenConversation", DefaultParameterSetName = PathSet, SupportsShouldProcess = true)]
[OutputType(typeof(QwenConversation), typeof(QwenReply))]
public sealed class ExportQwenConversationCommand : ConversationCommand
{
    private const string PathSet = "Path";
    private const string LiteralSet = "LiteralPath";
    private readonly Dictionary<string, QwenConversation> _written = [];

    /// <summary>
    /// The conversation, or a reply: then the conversation up to it; or an id or a name. A single argument without a name, where conversations are
    /// piped, is the file.
    /// </summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(ConversationCompleter))]
    [AllowNull]
    public object? Conversation { get; set; }

    /// <summary>Conversations and replies that are piped, or their ids.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    public object? InputObject { get; set; }

    /// <summary>The file. Its extension says what is written.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    [Text(IsPath = true)]
    public string? Path { get; set; }

    /// <summary>The file, its name taken as it is.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralSet)]
    [Alias("LP")]
    [ValidateNotNullOrEmpty]
    [Text(IsPath = true)]
    public string? LiteralPath { get; set; }

    /// <summary>Adds to a .jsonl what it does not hold yet, and leaves what is there.</summary>
    [Parameter]
    public SwitchParameter Append { get; set; }

    /// <summary>Leaves a file that is there already as it is, with an error.</summary>
    [Parameter]
    [Alias("NoOverwrite")]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Writes to a file that is marked as read-only too.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Writes the conversation or the reply to the pipeline again.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => AttemptOne(() =>
    {
        string? path = LiteralPath ?? Path;
        object? given = Conversation;
        if (HasInput && path is null)
            (path, given) = (PathOf(Conversation), null);
        if (path is null)
            throw new QwenException(QwenErrorKind.InvalidRequest, "No file was given. Name it behind the conversation: Export-QwenConversation $c talk.md.");
        object? target = Targets(given is null && HasInput ? [] : [given], InputObject)[0];
        Export(Find(target), new FilePaths(SessionState.Path, QwenErrorKind.InvalidRequest).Find(path, isLiteral: LiteralPath is not null));
    }, LiteralPath ?? Path ?? Conversation);

    /// <summary>The file that a first argument names; a script block is run for each conversation, as it is for -Path.</summary>
    private string? PathOf(object? given) => (given is PSObject wrapped ? wrapped.BaseObject : given) switch
    {
        null => null,
        ScriptBlock script => string.Concat(script.InvokeWithContext(null, [new PSVariable("_", InputObject)])),
        FileInfo file => file.FullName,
        string text => text,
        var other => throw new QwenException(QwenErrorKind.InvalidRequest, $"The file is named by its path, not by an object of type {other.GetType().Name}."),
    };

    private void Export(IQwenConversation given, string path)
    {
        var format = ExportFormats.Of(path);
        if (Append && format != ExportFormat.JsonLines)
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"-Append needs a .jsonl file: only that can grow. '{path}' is written whole each time, so leave -Append out.");
        var conversation = Whole(given);
        bool isMine = _written.TryGetValue(path, out var before);
        if (isMine && before != conversation && !Append)
        {
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"'{path}' has just been written with another conversation, {before}. Give each its own file: -Path {{ "
                    + $"\"$($_.Name){System.IO.Path.GetExtension(path)}\" }}.");
        }
        if (NoClobber && !Append && !isMine && File.Exists(path))
            throw ExportFile.Exists(path);
        if (!ShouldProcess(SafeText.ShowLine(path),
            SafeText.ShowLine(Append ? $"Add what is new of conversation {conversation}" : $"Export conversation {conversation}")))
            return;
        ExportFile.PrepareReadOnly(path, Force);
        var content = ConversationFileContent.Of(given);
        var now = DateTimeOffset.UtcNow;
        if (Append)
            ExportFile.Append(path, content, mayBeShorter: given is QwenReply, now, Notices);
        else
            ExportFile.Replace(path, overwrite: !NoClobber || isMine, stream => ExportFormats.Write(stream, format, content, now));
        _written[path] = conversation;
        FlushNotices();
        if (PassThru)
            WriteObject(given);
    }
}
