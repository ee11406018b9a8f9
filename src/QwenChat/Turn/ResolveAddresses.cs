namespace QwenChat.Turn;

/// <summary>
/// Finds out which addresses of the temporary store in a request are to be replaced, because the file is not there yet, or not for
/// this model, or no longer. What is to be there is put there.
/// </summary>
/// <param name="addresses">The addresses in the request.</param>
/// <param name="model">The model that is asked.</param>
/// <param name="connection">Who asks.</param>
/// <param name="again">True when the service did not find what should have been there.</param>
/// <param name="cancellation">Stops it.</param>
/// <returns>For each address that is to be replaced, the new one.</returns>
/// <exception cref="QwenException">A file is gone or has changed, or could not be put there.</exception>
internal delegate Task<IReadOnlyDictionary<string, string>> ResolveAddresses(
    IReadOnlyCollection<string> addresses, string model, QwenConnection connection, bool again, CancellationToken cancellation);
