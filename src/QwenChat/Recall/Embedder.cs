namespace QwenChat.Recall;

/// <summary>Embeds texts with one embedding model.</summary>
/// <param name="Model">The embedding model.</param>
/// <param name="Embed">Returns a vector for each text, in order; null for an unusable vector. All vectors have the same length. Several requests are sent if
/// necessary.</param>
internal sealed record Embedder(string Model, EmbedTexts Embed)
{
    /// <exception cref="QwenException">There is no usable vector.</exception>
    public async Task<float[]> EmbedQueryAsync(string query, CancellationToken cancellation) =>
        (await Embed([query], true, cancellation).ConfigureAwait(false))[0]
        ?? throw Useless(Model);

    /// <summary>Creates the error for a query without a usable vector.</summary>
    public static QwenException Useless(string model) => QwenException.OfContent(
        $"{model} returned a vector that cannot be compared with other vectors: it is empty, contains only zeros, contains an infinite value, or has "
            + "a different length. Use a different embedding model.");
}

/// <summary>Embeds texts for an <see cref="Embedder"/>.</summary>
/// <param name="texts">The texts.</param>
/// <param name="areQueries">True for queries, false for the texts to search: some models embed queries and texts differently.</param>
/// <param name="cancellation">Cancels the requests.</param>
internal delegate Task<IReadOnlyList<float[]?>> EmbedTexts(IReadOnlyList<string> texts, bool areQueries, CancellationToken cancellation);
