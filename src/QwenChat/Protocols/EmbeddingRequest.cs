namespace QwenChat.Protocols;

/// <summary>A request to convert text to vectors.</summary>
internal sealed record EmbeddingRequest
{
    public required string Model { get; init; }

    public required IReadOnlyList<string> Texts { get; init; }

    /// <summary>The number of dimensions of the vectors; null for the model's default.</summary>
    public int? Dimensions { get; init; }

    /// <summary><c>query</c> or <c>document</c>; null for the service's default, document. Only the native endpoint supports it.</summary>
    public string? TextType { get; init; }

    /// <summary>
    /// The purpose of the query, in English. Only the native endpoint supports it, and only for text-embedding-v4 with the text type <c>query</c>.
    /// </summary>
    public string? Instruct { get; init; }
}

/// <summary>The response to an embedding request.</summary>
/// <param name="Vectors">One vector for each string, in the same order; null for an unusable vector. The service does not guarantee that the
/// vectors are normalized.</param>
internal sealed record EmbeddingAnswer(IReadOnlyList<float[]?> Vectors)
{
    /// <summary>The reason that the first unusable vector cannot be used; null if all vectors are usable.</summary>
    public string? Fault { get; init; }

    /// <exception cref="QwenException">A vector is unusable.</exception>
    public IReadOnlyList<float[]> Whole() =>
        Fault is null ? Vectors.OfType<float[]>().ToArray()
        : throw new QwenException(QwenErrorKind.ProtocolError, $"The embeddings response cannot be used. {Fault}");

    /// <summary>The model that answered; null if the endpoint does not report it.</summary>
    public string? Model { get; init; }

    /// <summary>The token counts. The native endpoint reports only a total.</summary>
    public QwenUsage? Usage { get; init; }

    public string? RequestId { get; init; }
}
