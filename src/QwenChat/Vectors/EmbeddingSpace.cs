namespace QwenChat.Vectors;

/// <summary>A set of comparable vectors, which are from the same model and have the same length. A store keeps only one length per model.</summary>
internal sealed record EmbeddingSpace(string Model, int Dimensions);

/// <summary>The vector of a turn. The vector need not be a unit vector, because stores compare only directions.</summary>
internal sealed record TurnEmbedding(Guid TurnId, ReadOnlyMemory<float> Vector)
{
    /// <summary>Returns the vectors of turns. Vectors that are unusable or have a different length are omitted.</summary>
    public static TurnEmbedding[] Of(IEnumerable<Guid> turns, IReadOnlyList<float[]?> vectors, int length) =>
        turns.Zip(vectors).Where(pair => pair.Second?.Length == length).Select(pair => new TurnEmbedding(pair.First, pair.Second)).ToArray();
}

/// <summary>A turn to embed, and its text.</summary>
internal sealed record TurnText(Guid TurnId, string Text);
