using System.Buffers;

namespace QwenChat.Batch;

/// <summary>The folder that batches are kept in, each in a folder of its own.</summary>
/// <param name="root">Its path.</param>
internal sealed class BatchFolder(string root)
{
    /// <summary>Names the folder where none is given.</summary>
    public const string Variable = "QWENCHAT_BATCHES";

    /// <summary>What the service takes as a name (wire §11.2).</summary>
    private const int LongestName = 100;

    private const string Temporary = ".new-";

    private const string Forbidden = "/\\:*?\"<>|[]";

    private static readonly SearchValues<char> s_forbidden = SearchValues.Create(Forbidden);

    /// <summary>Its path.</summary>
    public string Root => root;

    /// <summary>The folder where none is given: the variable's, else one in the user's own data.</summary>
    public static string Usual
    {
        get
        {
            if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
                return Path.GetFullPath(named);
            string data = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
            return data.Length > 0 ? Path.Combine(data, "QwenChat", "batches") : throw new QwenException(QwenErrorKind.InvalidRequest,
                $"This account has no folder for application data. Give a folder for batches: -Path, or $env:{Variable}.");
        }
    }

    /// <summary>Refuses what cannot be the name of a batch, and so of a folder.</summary>
    /// <exception cref="QwenException">It cannot be one.</exception>
    public static void CheckName(string name)
    {
        if (name.Length is 0 or > LongestName || name.AsSpan().IndexOfAny(s_forbidden) >= 0 || name.Any(char.IsControl)
            || name[0] is '.' or ' ' || name[^1] is '.' or ' ')
        {
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"'{name}' cannot be the name of a batch: it has 1 to {LongestName} characters, none of {Forbidden}, and no dot or space at its ends.");
        }
    }

    /// <summary>The folder of a batch.</summary>
    public string Of(string name) => Path.Combine(root, name);

    /// <summary>Makes a folder for a batch that is being prepared. Nobody takes it for a batch, and what a killed process left is removed.</summary>
    /// <exception cref="QwenException">It cannot be made.</exception>
    public string Begin()
    {
        try
        {
            Create(root);
            foreach (string left in Directory.GetDirectories(root, Temporary + "*"))
                RemoveLeft(left);
            string folder = Path.Combine(root, Temporary + Guid.NewGuid().ToString("N"));
            Create(folder);
            return folder;
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(root, unwritable);
        }
    }

    /// <summary>Gives a prepared folder the name of its batch, in one step.</summary>
    /// <exception cref="QwenException">There is a batch of that name.</exception>
    public void Complete(string folder, string name)
    {
        try
        {
            if (Directory.Exists(Of(name)))
                throw Taken(name);
            Directory.Move(folder, Of(name));
        }
        catch (IOException) when (Directory.Exists(Of(name)))
        {
            throw Taken(name);
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(Of(name), unwritable);
        }
    }

    /// <summary>The names of the batches, the one begun last first.</summary>
    /// <exception cref="QwenException">The folder cannot be read.</exception>
    public IReadOnlyList<string> Names()
    {
        try
        {
            return !Directory.Exists(root) ? [] :
            [
                .. new DirectoryInfo(root).GetDirectories()
                    .Where(folder => folder.Name[0] != '.' && File.Exists(Path.Combine(folder.FullName, BatchFiles.Journal)))
                    .OrderByDescending(folder => folder.CreationTimeUtc).ThenBy(folder => folder.Name, StringComparer.OrdinalIgnoreCase)
                    .Select(folder => folder.Name),
            ];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new QwenException(QwenErrorKind.StoreUnavailable, $"The folder of the batches, '{root}', cannot be read: {unreadable.Message}", unreadable);
        }
    }

    /// <summary>The error of a file or folder that cannot be written.</summary>
    public static QwenException CannotWrite(string path, Exception cause) => new(QwenErrorKind.StoreUnavailable,
        $"'{path}' cannot be written: {cause.Message} Batches are kept on this machine until they are removed; -Path or $env:{Variable} names another "
        + "folder.", cause);

    /// <summary>The error of a name that is taken.</summary>
    public static QwenException Taken(string name) => new(QwenErrorKind.InvalidRequest,
        $"There is a batch '{name}' already. Give another name, or remove that one: Remove-QwenBatch '{name}'. Nothing was sent.");

    private static void Create(string path)
    {
        // Conversations are nobody else's business.
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static void RemoveLeft(string folder)
    {
        // A folder that is still being written is newer than that, or has a file that changes.
        if (DateTime.UtcNow - Directory.GetLastWriteTimeUtc(folder) < TimeSpan.FromDays(1))
            return;
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception kept) when (kept is IOException or UnauthorizedAccessException)
        {
            // The next one tries again.
        }
    }
}
