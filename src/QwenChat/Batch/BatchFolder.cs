using System.Buffers;
using QwenChat.Text;

namespace QwenChat.Batch;

/// <summary>The folder that contains all batches, each in a folder of its own.</summary>
internal sealed class BatchFolder(string root)
{
    /// <summary>The environment variable that specifies the default folder.</summary>
    public const string Variable = "QWENCHAT_BATCHES";

    /// <summary>The maximum length of a batch name on the service (wire §11.2).</summary>
    private const int LongestName = 100;

    private const string Temporary = ".new-";

    private const string Forbidden = "/\\:*?\"<>|[]";

    /// <summary>The names that Windows reserves for devices, with or without an extension.</summary>
    private static readonly string[] s_devices =
    [
        "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", .. "0123456789¹²³".SelectMany(digit => new[] { $"COM{digit}", $"LPT{digit}" }),
    ];

    private static readonly SearchValues<char> s_forbidden = SearchValues.Create(Forbidden);

    public string Root => root;

    /// <summary>The default folder: the folder that the environment variable specifies, or a folder in the user's application data.</summary>
    public static string Usual
    {
        get
        {
            if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
                return Path.GetFullPath(named);
            string data = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
            return data.Length > 0 ? Path.Combine(data, "QwenChat", "batches") : throw new QwenException(QwenErrorKind.InvalidRequest,
                $"This account has no folder for application data. Specify a folder for batches with -Path or $env:{Variable}.");
        }
    }

    /// <summary>Validates a name. The rules of Windows apply on every system, because the folder may be shared.</summary>
    /// <exception cref="QwenException">The name is not valid.</exception>
    public static void CheckName(string name)
    {
        if (name.Length is 0 or > LongestName || name.AsSpan().IndexOfAny(s_forbidden) >= 0 || name.Any(char.IsControl)
            || name[0] is '.' or ' ' || name[^1] is '.' or ' ')
        {
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"'{name}' is not a valid batch name. A name must have 1 to {LongestName} characters, must not begin or end with a dot or space, "
                + $"and must not contain control characters or any of these characters: {string.Join(' ', Forbidden.AsEnumerable())}");
        }
        string device = name.Split('.')[0].TrimEnd();
        if (s_devices.Contains(device, StringComparer.OrdinalIgnoreCase))
        {
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"'{name}' is not a valid batch name, because Windows reserves {device} for a device, and a batch folder may be shared. Use another name.");
        }
    }

    public string Of(string name) => Path.Combine(root, name);

    /// <summary>Creates a temporary folder in which a batch is prepared. Removes old temporary folders that killed processes left behind.</summary>
    /// <exception cref="QwenException">The folder cannot be created.</exception>
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

    /// <summary>Renames a prepared folder to the name of its batch, in one step.</summary>
    /// <exception cref="QwenException">A batch with this name already exists, or the folder cannot be renamed.</exception>
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

    /// <summary>Returns the names of the batches, most recent first.</summary>
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
            throw new QwenException(QwenErrorKind.StoreUnavailable, $"The batch folder '{root}' cannot be read: {unreadable.Message}", unreadable);
        }
    }

    public static QwenException CannotWrite(string path, Exception cause) => new(QwenErrorKind.StoreUnavailable,
        $"'{path}' cannot be written: {cause.Message.TrimEnd('.')}. Batches are kept on this machine until they are removed. Use -Path or $env:{Variable} to "
        + "specify a different folder.", cause);

    public static QwenException Taken(string name) => new(QwenErrorKind.InvalidRequest,
        $"A batch named '{name}' already exists. Use a different name, or use Remove-QwenBatch {SingleQuoted.Of(name)} to remove the existing batch. "
        + "Nothing was sent.");

    private static void Create(string path)
    {
        // Other users must not read the conversations.
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static void RemoveLeft(string folder)
    {
        // A folder that was changed within the last day may still be in use.
        if (DateTime.UtcNow - Directory.GetLastWriteTimeUtc(folder) < TimeSpan.FromDays(1))
            return;
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception kept) when (kept is IOException or UnauthorizedAccessException)
        {
            // Removal is tried again when the next batch is created.
        }
    }
}
