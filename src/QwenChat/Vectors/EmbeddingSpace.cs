namespace QwenChat.Vectors;

/// <summary>Vectors that can be compared: those of one model with one length. A store keeps one length for each model.</summary>
/// <param name="Model">The embedding model.</param>
/// <param name="Dimensions">The vectors' length.</param>
internal sealed record EmbeddingSpace(string Model, int Dimensions);

/// <summary>A turn's vector. Its length does not matter to a store, which compares directions.</summary>
internal sealed record TurnEmbedding(Guid TurnId, ReadOnlyMemory<float> Vector)
{
    /// <summary>The vectors of turns, without those that are of no use or of another length.</summary>
    public static TurnEmbedding[] Of(IEnumerable<Guid> turns, IReadOnlyList<float[]?> vectors, int length) =>
        turns.Zip(vectors).Where(pair => pair.Second?.Length == length).Select(pair => new TurnEmbedding(pair.First, pair.Second)).ToArray();
}

/// <summary>What a turn says, to be embedded.</summary>
internal sealed record TurnText(Guid TurnId, string Text);
