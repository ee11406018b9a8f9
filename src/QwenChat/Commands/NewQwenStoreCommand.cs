using System.Management.Automation;
using QwenChat.Context;

namespace QwenChat.Commands;

/// <summary>Opens a durable store of conversations: a SQLite file, or a PostgreSQL database. What is not there yet is made.</summary>
[Cmdlet(VerbsCommon.New, "QwenStore", DefaultParameterSetName = PathSet)]
[OutputType(typeof(QwenStore))]
public sealed class NewQwenStoreCommand : StoppableCommand
{
    private const string PathSet = "Path";
    private const string ConnectionStringSet = "ConnectionString";

    /// <summary>The SQLite file; made when it is not there.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet)]
    [Alias("LiteralPath")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>The way to a PostgreSQL database, as Npgsql writes it or as postgresql://user@host/database.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ConnectionStringSet)]
    [ValidateNotNullOrEmpty]
    public string ConnectionString { get; set; } = "";

    /// <inheritdoc/>
    protected override void EndProcessing() => Attempt(() =>
    {
        var store = Wait(ParameterSetName == PathSet
            ? StorageAssembly.Default.OpenFileAsync(Resolve(), Cancellation)
            : StorageAssembly.Default.OpenDatabaseAsync(ConnectionString, Cancellation));
        Session.Current.Opened(store);
        WriteObject(store);
    }, ParameterSetName == PathSet ? Path : null);

    /// <summary>The file's whole path. Signs such as [ and * stand for themselves: it is a file that may not be there yet.</summary>
    private string Resolve()
    {
        try
        {
            string path = SessionState.Path.GetUnresolvedProviderPathFromPSPath(Path, out var provider, out _);
            return provider.Name == "FileSystem" ? path
                : throw new QwenException(QwenErrorKind.StoreUnavailable, $"'{Path}' is a path of the provider {provider.Name}, which holds no files. Give the path of a file.");
        }
        catch (SessionStateException notFound)
        {
            throw new QwenException(QwenErrorKind.StoreUnavailable, $"{notFound.Message} Give the path of a file.", notFound);
        }
    }
}
