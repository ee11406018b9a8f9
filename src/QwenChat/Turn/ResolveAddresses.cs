namespace QwenChat.Turn;

/// <summary>
/// Returns new URLs for the temporary-store files of a request: files that have not been uploaded yet, were uploaded for a different model, or have expired.
/// Uploads files if necessary.
/// </summary>
/// <param name="addresses">The URLs in the request.</param>
/// <param name="model">The model of the request.</param>
/// <param name="connection">The connection of the request.</param>
/// <param name="again">True if the service did not find a file that should exist.</param>
/// <param name="cancellation">Cancels the operation.</param>
/// <returns>The new URL for each URL to replace.</returns>
/// <exception cref="QwenException">A file no longer exists, has changed, or could not be uploaded.</exception>
internal delegate Task<IReadOnlyDictionary<string, string>> ResolveAddresses(
    IReadOnlyCollection<string> addresses, string model, QwenConnection connection, bool again, CancellationToken cancellation);
