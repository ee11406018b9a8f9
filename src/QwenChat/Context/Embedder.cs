namespace QwenChat.Context;

/// <summary>Turns texts into vectors, by one embedding model.</summary>
/// <param name="Model">The embedding model.</param>
/// <param name="Embed">Gives a vector for each text, in order, all of one length. Cuts into requests what is too much for one.</param>
internal sealed record Embedder(string Model, EmbedTexts Embed);

/// <summary>What an <see cref="Embedder"/> does.</summary>
/// <param name="texts">The texts.</param>
/// <param name="areQueries">True for what is looked for, false for what is searched: some models embed the two differently.</param>
/// <param name="cancellation">Ends the wait.</param>
internal delegate Task<IReadOnlyList<float[]>> EmbedTexts(IReadOnlyList<string> texts, bool areQueries, CancellationToken cancellation);
