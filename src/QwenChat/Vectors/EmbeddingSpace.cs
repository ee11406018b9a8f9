namespace QwenChat.Vectors;

/// <summary>A set of comparable vectors: the vectors of one model and one length. A store keeps one length per model.</summary>
/// <param name="Model">The embedding model.</param>
/// <param name="Dimensions">The vectors' length.</param>
internal sealed record EmbeddingSpace(string Model, int Dimensions);

/// <summary>A turn's vector. It need not be a unit vector, because stores compare directions.</summary>
internal sealed record TurnEmbedding(Guid TurnId, ReadOnlyMemory<float> Vector)
{
    /// <summary>Returns the vectors of turns, without those that are unusable or have a different length.</summary>
    public static TurnEmbedding[] Of(IEnumerable<Guid> turns, IReadOnlyList<float[]?> vectors, int length) =>
        turns.Zip(vectors).Where(pair => pair.Second?.Length == length).Select(pair => new TurnEmbedding(pair.First, pair.Second)).ToArray();
}

/// <summary>The text of a turn to embed.</summary>
internal sealed record TurnText(Guid TurnId, string Text);
