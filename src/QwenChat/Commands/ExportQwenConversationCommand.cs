using System.Management.Automation;
using QwenChat.Commands.Input;
using QwenChat.Export;

namespace QwenChat.Commands;

/// <summary>Writes conversations to files. The extension determines the format: all data (.json, .jsonl), or a readable page (.md, .html).</summary>
[Cmdlet(VerbsData.Export, "QwenConversation", DefaultParameterSetName = PathSet, SupportsShouldProcess = true)]
[OutputType(typeof(QwenConversation), typeof(QwenReply))]
public sealed class ExportQwenConversationCommand : ConversationCommand
{
    private const string PathSet = "Path";
    private const string LiteralSet = "LiteralPath";
    private readonly Dictionary<string, QwenConversation> _written = [];

    /// <summary>
    /// The conversation, or its id or name. For a reply, the conversation up to and including the reply is written. If conversations are piped, a single
    /// positional argument is the path of the file.
    /// </summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(ConversationCompleter))]
    [AllowNull]
    public object? Conversation { get; set; }

    /// <summary>Piped conversations and replies, or their ids.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    public object? InputObject { get; set; }

    /// <summary>The file. Its extension determines the format.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    [Text(IsPath = true)]
    public string? Path { get; set; }

    /// <summary>The literal path of the file.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralSet)]
    [Alias("LP")]
    [ValidateNotNullOrEmpty]
    [Text(IsPath = true)]
    public string? LiteralPath { get; set; }

    /// <summary>Appends new turns to a .jsonl file, and keeps its existing content.</summary>
    [Parameter]
    public SwitchParameter Append { get; set; }

    /// <summary>Leaves an existing file unchanged, and writes an error.</summary>
    [Parameter]
    [Alias("NoOverwrite")]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Also overwrites read-only files.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Writes the conversation or the reply to the pipeline.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => AttemptOne(() =>
    {
        string? path = LiteralPath ?? Path;
        bool isLiteral = LiteralPath is not null;
        object? given = Conversation;
        if (HasInput && path is null)
        {
            isLiteral = Conversation is FileInfo or PSObject { BaseObject: FileInfo };
            (path, given) = (PathOf(Conversation), null);
        }
        if (path is null)
            throw new QwenException(QwenErrorKind.InvalidRequest,
                "No file was specified. Specify the path after the conversation: Export-QwenConversation $c talk.md.");
        object? target = Targets(given is null && HasInput ? [] : [given], InputObject)[0];
        Export(Find(target), new FilePaths(SessionState.Path, QwenErrorKind.InvalidRequest).Find(path, isLiteral));
    }, LiteralPath ?? Path ?? Conversation);

    /// <summary>Returns the file path that the first argument specifies. A script block runs for each conversation, as with -Path.</summary>
    private string? PathOf(object? given) => (given is PSObject wrapped ? wrapped.BaseObject : given) switch
    {
        null => null,
        ScriptBlock script => string.Concat(script.InvokeWithContext(null, [new PSVariable("_", InputObject)])),
        FileInfo file => file.FullName,
        string text => text,
        var other => throw new QwenException(QwenErrorKind.InvalidRequest,
            $"An object of type {other.GetType().Name} is not a file path. Specify the path of the file."),
    };

    private void Export(IQwenConversation given, string path)
    {
        var format = ExportFormats.Of(path);
        if (Append && format != ExportFormat.JsonLines)
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"-Append requires a .jsonl file. '{path}' can only be written as a whole, so remove -Append.");
        var conversation = Whole(given);
        bool isMine = _written.TryGetValue(path, out var before);
        if (isMine && before != conversation && !Append)
        {
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"This command has already written another conversation, {before}, to '{path}'. Use a separate file for each conversation: -Path {{ "
                    + $"\"$($_.Name){System.IO.Path.GetExtension(path)}\" }}.");
        }
        if (NoClobber && !Append && !isMine && File.Exists(path))
            throw ExportFile.Exists(path);
        if (!ShouldProcess(SafeText.ShowLine(path),
            SafeText.ShowLine(Append ? $"Append the new turns of conversation {conversation}" : $"Export conversation {conversation}")))
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
