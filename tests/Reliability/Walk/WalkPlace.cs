using QwenChat.Saving;

namespace QwenChat.Tests.Reliability.Walk;

/// <summary>The environment of a walk: the addresses of the service and the store, in a form that can be passed to another process.</summary>
/// <param name="Service">The service's address.</param>
/// <param name="Key">The service's key.</param>
/// <param name="StorageFolder">The folder of the storage assembly.</param>
/// <param name="Store">The path of a file, or a connection string.</param>
/// <param name="IsFile">Whether the store is a file.</param>
internal sealed record WalkPlace(Uri Service, string Key, string StorageFolder, string Store, bool IsFile)
{
    // The assembly is loaded only once, because every load would create different types.
    private static StorageAssembly? s_storage;

    /// <summary>Creates a connection to the service without retries, so that failures are visible.</summary>
    public QwenConnection Connect()
    {
        var key = new System.Security.SecureString();
        foreach (char c in Key)
            key.AppendChar(c);
        return QwenConnection.To(Service, key) with { MaximumRetryCount = 0, Model = "qwen3.6-plus" };
    }

    /// <summary>Opens the store with a new object, as another session would.</summary>
    public Task<QwenStore> OpenAsync()
    {
        s_storage ??= new StorageAssembly(StorageFolder);
        return IsFile ? s_storage.OpenFileAsync(Store, CancellationToken.None) : s_storage.OpenDatabaseAsync(Store, CancellationToken.None);
    }
}
