using System.Management.Automation;
using QwenChat.Commands.Input;
using QwenChat.Commands.SessionState;
using QwenChat.Saving;

namespace QwenChat.Commands;

/// <summary>Opens a durable store of conversations: a SQLite file or a PostgreSQL database. The store is created if it does not exist.</summary>
[Cmdlet(VerbsCommon.New, "QwenStore", DefaultParameterSetName = PathSet)]
[OutputType(typeof(QwenStore))]
public sealed class NewQwenStoreCommand : StoppableCommand
{
    private const string PathSet = "Path";
    private const string LiteralSet = "LiteralPath";
    private const string ConnectionStringSet = "ConnectionString";

    /// <summary>The SQLite file; created if it does not exist.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    [Text(IsPath = true)]
    public string Path { get; set; } = "";

    /// <summary>The literal path of the SQLite file.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralSet)]
    [Alias("PSPath", "LP")]
    [ValidateNotNullOrEmpty]
    [Text(IsPath = true)]
    public string LiteralPath { get; set; } = "";

    /// <summary>The connection string of a PostgreSQL database, in Npgsql's form or as postgresql://user@host/database.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ConnectionStringSet)]
    [ValidateNotNullOrEmpty]
    [Text]
    public string ConnectionString { get; set; } = "";

    /// <inheritdoc/>
    protected override void ProcessRecord() => Attempt(() =>
    {
        var paths = new FilePaths(SessionState.Path, QwenErrorKind.StoreUnavailable);
        var store = Wait(ParameterSetName switch
        {
            PathSet => StorageAssembly.Default.OpenFileAsync(paths.Find(Path, isLiteral: false), Cancellation),
            LiteralSet => StorageAssembly.Default.OpenFileAsync(paths.Find(LiteralPath, isLiteral: true), Cancellation),
            _ => StorageAssembly.Default.OpenDatabaseAsync(ConnectionString, Cancellation),
        });
        Session.Current.Opened(store);
        WriteObject(store);
    }, ParameterSetName switch { PathSet => Path, LiteralSet => LiteralPath, _ => null });
}
