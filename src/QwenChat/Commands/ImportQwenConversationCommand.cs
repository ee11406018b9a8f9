using System.Management.Automation;
using QwenChat.Catalogue;
using QwenChat.Commands.Input;
using QwenChat.Commands.SessionState;
using QwenChat.Export;
using QwenChat.History;
using QwenChat.Turn;

namespace QwenChat.Commands;

/// <summary>Reads conversations from files: .json and .jsonl files written by Export-QwenConversation, and transcripts in OpenAI's format.</summary>
[Cmdlet(VerbsData.Import, "QwenConversation", DefaultParameterSetName = PathSet)]
[OutputType(typeof(QwenConversation))]
public sealed class ImportQwenConversationCommand : QwenCommand
{
    private const string PathSet = "Path";
    private const string LiteralSet = "LiteralPath";

    /// <summary>The files; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [Text(IsPath = true)]
    public string[] Path { get; set; } = [];

    /// <summary>The literal paths of the files.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralSet)]
    [Alias("PSPath", "LP")]
    [ValidateNotNullOrEmpty]
    [Text(IsPath = true)]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Moves the conversation to another API.</summary>
    [Parameter]
    public QwenApi Api { get; set; }

    /// <summary>A new name for the conversation.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? Name { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        bool isLiteral = ParameterSetName == LiteralSet;
        var paths = new FilePaths(SessionState.Path, QwenErrorKind.ImportInvalid);
        foreach (string path in isLiteral ? LiteralPath : Path)
        {
            AttemptOne(() =>
            {
                foreach (string file in paths.FindAll(path, isLiteral))
                    AttemptOne(() => Import(file), file);
            }, path);
        }
    }

    private void Import(string file)
    {
        var connection = ConnectionOrDefault;
        var defaults = new QwenOptions { Model = connection.Model ?? ModelCatalogue.DefaultModel };
        foreach (var content in ImportFile.Read(file, defaults, DateTimeOffset.UtcNow, Notices))
        {
            var conversation = content.Restore(connection, defaults.Model);
            if (MyInvocation.BoundParameters.ContainsKey(nameof(Api)) && Api != conversation.ApiKind)
            {
                string? name = conversation.Name;
                conversation = ConversationEdit.Copy(conversation, conversation.Path, withPending: true, Api, Notices);
                conversation.Name = name;
            }
            conversation.Name = Name ?? conversation.Name;
            LeadingSystemText.WarnOfLate(conversation, conversation.Items, Notices);
            AssignDefaults(conversation);
            FlushNotices();
            Session.Current.LastConversation = conversation;
            WriteObject(conversation);
        }
    }
}
