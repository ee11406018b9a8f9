using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using QwenChat.Store;

namespace QwenChat.Saving;

/// <summary>
/// Loads QwenChat.Storage and its packages when a store is first opened, in a separate load context. Other versions of the packages in a session therefore do
/// not conflict.
/// </summary>
internal sealed class StorageAssembly
{
    private const string StorageName = "QwenChat.Storage";
    private readonly Lazy<OpenStore> _open;

    /// <param name="folder">The folder that contains the assembly and its packages.</param>
    public StorageAssembly(string folder) => _open = new Lazy<OpenStore>(() => Load(folder), LazyThreadSafetyMode.PublicationOnly);

    private delegate Task<(IAsyncDisposable Store, string Location)> OpenStore(string? path, string? connectionString, CancellationToken cancellation);

    /// <summary>The assembly in the Storage folder next to this assembly.</summary>
    public static StorageAssembly Default { get; } = new(System.IO.Path.Combine(
        System.IO.Path.GetDirectoryName(typeof(StorageAssembly).Assembly.Location) is { Length: > 0 } folder ? folder : AppContext.BaseDirectory, "Storage"));

    /// <summary>Opens a SQLite file, and creates it if it does not exist.</summary>
    /// <param name="path">The full path of the file.</param>
    /// <param name="cancellation">Cancels waiting for other processes.</param>
    public Task<QwenStore> OpenFileAsync(string path, CancellationToken cancellation) => OpenAsync("SQLite", path, null, cancellation);

    /// <summary>Opens a PostgreSQL database, and creates the tables if they do not exist.</summary>
    /// <param name="connectionString">The connection string, in Npgsql's format.</param>
    /// <param name="cancellation">Cancels waiting for the server.</param>
    public Task<QwenStore> OpenDatabaseAsync(string connectionString, CancellationToken cancellation) =>
        OpenAsync("PostgreSQL", null, connectionString, cancellation);

    private async Task<QwenStore> OpenAsync(string provider, string? path, string? connectionString, CancellationToken cancellation)
    {
        try
        {
            var (store, location) = await _open.Value(path, connectionString, cancellation).ConfigureAwait(false);
            return new QwenStore(provider, location, (IConversationStore)store);
        }
        catch (Exception e) when (CauseOf(e) is FileNotFoundException or FileLoadException or BadImageFormatException or DllNotFoundException
            or EntryPointNotFoundException)
        {
            throw new QwenException(QwenErrorKind.StoreUnavailable,
                $"{provider} could not be loaded on this machine ({RuntimeInformation.RuntimeIdentifier}): {CauseOf(e).Message.TrimEnd('.')}. " +
                "If files are missing from the module's Storage folder, reinstall the module.", e);
        }
    }

    // SQLite's native library is first loaded in a type initializer, which wraps the exception once or twice.
    private static Exception CauseOf(Exception failure) =>
        failure is TypeInitializationException or TargetInvocationException && failure.InnerException is { } inner ? CauseOf(inner) : failure;

    private static OpenStore Load(string folder)
    {
        var assembly = new Context(System.IO.Path.Combine(folder, StorageName + ".dll")).LoadFromAssemblyName(new AssemblyName(StorageName));
        return assembly.GetType(StorageName + ".StoreFactory", throwOnError: true)!.GetMethod("OpenAsync")!.CreateDelegate<OpenStore>();
    }

    private sealed class Context(string path) : AssemblyLoadContext(StorageName)
    {
        private readonly AssemblyDependencyResolver? _resolver = File.Exists(path) ? new AssemblyDependencyResolver(path) : null;

        protected override Assembly? Load(AssemblyName assemblyName)
        {
            var own = typeof(StorageAssembly).Assembly;
            if (assemblyName.Name == own.GetName().Name)
                return own;
            return _resolver?.ResolveAssemblyToPath(assemblyName) is { } found ? LoadFromAssemblyPath(found) : null;
        }

        protected override IntPtr LoadUnmanagedDll(string unmanagedDllName) =>
            _resolver?.ResolveUnmanagedDllToPath(unmanagedDllName) is { } found ? LoadUnmanagedDllFromPath(found) : IntPtr.Zero;
    }
}
