using System.Management.Automation;
using QwenChat.Export;

namespace QwenChat.Commands;

/// <summary>Writes conversations to files, by the extension: everything (.json, .jsonl), or a page for people (.md, .html).</summary>
[Cmdlet(VerbsData.Export, "QwenConversation", DefaultParameterSetName = PathSet, SupportsShouldProcess = true)]
[OutputType(typeof(QwenConversation), typeof(QwenReply))]
public sealed class ExportQwenConversationCommand : PSCmdlet
{
    private const string PathSet = "Path";
    private const string PipelineSet = "Pipeline";
    private const string LiteralSet = "LiteralPath";
    private readonly Dictionary<string, QwenConversation> _written = [];
    private readonly Notices _notices = new();

    /// <summary>The conversation, or a reply: then the conversation up to it.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = PathSet)]
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = PipelineSet)]
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = LiteralSet)]
    [ValidateNotNull]
    public IQwenConversation? Conversation { get; set; }

    /// <summary>The file. Its extension says what is written.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = PathSet)]
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = PipelineSet)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>The file, its name taken as it is.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralSet)]
    [Alias("LP")]
    [ValidateNotNullOrEmpty]
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
    protected override void ProcessRecord()
    {
        try
        {
            Export(new FilePaths(SessionState.Path, QwenErrorKind.InvalidRequest).Find(LiteralPath ?? Path!, isLiteral: LiteralPath is not null));
        }
        catch (QwenException e)
        {
            WriteError(ErrorTable.RecordOf(e, LiteralPath ?? Path));
            return;
        }
        if (PassThru)
            WriteObject(Conversation);
    }

    private void Export(string path)
    {
        var format = ExportFormats.Of(path);
        if (Append && format != ExportFormat.JsonLines)
            throw new QwenException(QwenErrorKind.InvalidRequest, $"-Append needs a .jsonl file: only that can grow. '{path}' is written whole each time, so leave -Append out.");
        var conversation = Conversation is QwenReply reply ? reply.Conversation : Conversation!.Continue();
        bool isMine = _written.TryGetValue(path, out var before);
        if (isMine && before != conversation && !Append)
        {
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"'{path}' has just been written with another conversation, {before}. Give each its own file: -Path {{ \"$($_.Name){System.IO.Path.GetExtension(path)}\" }}.");
        }
        if (NoClobber && !Append && !isMine && File.Exists(path))
            throw ExportFile.Exists(path);
        if (!ShouldProcess(path, Append ? $"Add what is new of conversation {conversation}" : $"Export conversation {conversation}"))
            return;
        ExportFile.PrepareReadOnly(path, Force);
        var content = ConversationFileContent.Of(Conversation);
        var now = DateTimeOffset.UtcNow;
        if (Append)
            ExportFile.Append(path, content, mayBeShorter: Conversation is QwenReply, now, _notices);
        else
            ExportFile.Replace(path, overwrite: !NoClobber || isMine, stream => ExportFormats.Write(stream, format, content, now));
        _written[path] = conversation;
        while (_notices.TryTake(out var notice))
            WriteWarning(SafeText.Show(notice.Text));
    }
}
