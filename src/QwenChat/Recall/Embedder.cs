namespace QwenChat.Recall;

/// <summary>Turns texts into vectors, by one embedding model.</summary>
/// <param name="Model">The embedding model.</param>
/// <param name="Embed">
/// Gives a vector for each text, in order, all of one length; null for a text whose vector was of no use. Cuts into requests what is too
/// much for one.
/// </param>
internal sealed record Embedder(string Model, EmbedTexts Embed)
{
    /// <summary>The vector of what is looked for.</summary>
    /// <exception cref="QwenException">There is none.</exception>
    public async Task<float[]> EmbedQueryAsync(string query, CancellationToken cancellation) =>
        (await Embed([query], true, cancellation).ConfigureAwait(false))[0]
        ?? throw Useless(Model);

    /// <summary>The failure that a message has no vector.</summary>
    public static QwenException Useless(string model) => new(QwenErrorKind.ProtocolError,
        $"{model} gave a vector that cannot be compared with others: it is empty, all zero, infinite or of another length.");
}

/// <summary>What an <see cref="Embedder"/> does.</summary>
/// <param name="texts">The texts.</param>
/// <param name="areQueries">True for what is looked for, false for what is searched: some models embed the two differently.</param>
/// <param name="cancellation">Ends the wait.</param>
internal delegate Task<IReadOnlyList<float[]?>> EmbedTexts(IReadOnlyList<string> texts, bool areQueries, CancellationToken cancellation);
