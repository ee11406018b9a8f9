using QwenChat.Saving;

namespace QwenChat.Tests.Reliability.Walk;

/// <summary>Where a walk happens: how the service and the store are reached, in words that another process can be given.</summary>
/// <param name="Service">The service's address.</param>
/// <param name="Key">Its key.</param>
/// <param name="StorageFolder">Where the assembly of the stores lies.</param>
/// <param name="Store">A file, or a connection string.</param>
/// <param name="IsFile">Which of them.</param>
internal sealed record WalkPlace(Uri Service, string Key, string StorageFolder, string Store, bool IsFile)
{
    // Loaded once: the assembly would be another one each time.
    private static StorageAssembly? s_storage;

    /// <summary>A connection to the service, which tries nothing twice: what fails is seen to fail.</summary>
    public QwenConnection Connect()
    {
        var key = new System.Security.SecureString();
        foreach (char c in Key)
            key.AppendChar(c);
        return QwenConnection.To(Service, key) with { MaximumRetryCount = 0, Model = "qwen3.6-plus" };
    }

    /// <summary>Opens the store, as one more session does.</summary>
    public Task<QwenStore> OpenAsync()
    {
        s_storage ??= new StorageAssembly(StorageFolder);
        return IsFile ? s_storage.OpenFileAsync(Store, CancellationToken.None) : s_storage.OpenDatabaseAsync(Store, CancellationToken.None);
    }
}
