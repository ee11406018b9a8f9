namespace QwenChat.Protocols;

/// <summary>Texts to be turned into vectors.</summary>
internal sealed record EmbeddingRequest
{
    public required string Model { get; init; }

    public required IReadOnlyList<string> Texts { get; init; }

    /// <summary>The vectors' length; null leaves it to the model.</summary>
    public int? Dimensions { get; init; }

    /// <summary><c>query</c> or <c>document</c>; null leaves it to the service, for which a text is a document. Native endpoint only.</summary>
    public string? TextType { get; init; }

    /// <summary>What the query is for, in English. Native endpoint only, text-embedding-v4 with <see cref="TextType"/> <c>query</c> only.</summary>
    public string? Instruct { get; init; }
}

/// <summary>What came back for one request.</summary>
/// <param name="Vectors">One vector for each text, in the order of the texts; null for one that is of no use. The service does not promise that they
/// have length 1.</param>
internal sealed record EmbeddingAnswer(IReadOnlyList<float[]?> Vectors)
{
    /// <summary>What is wrong with the first vector that is of no use; null when there is none.</summary>
    public string? Fault { get; init; }

    /// <summary>All vectors.</summary>
    /// <exception cref="QwenException">One is of no use.</exception>
    public IReadOnlyList<float[]> Whole() =>
        Fault is null ? Vectors.OfType<float[]>().ToArray()
        : throw new QwenException(QwenErrorKind.ProtocolError, $"The answer with the embeddings cannot be used. {Fault}");

    /// <summary>The model that answered; null where the endpoint does not say.</summary>
    public string? Model { get; init; }

    /// <summary>What was counted. The native endpoint reports a total alone.</summary>
    public QwenUsage? Usage { get; init; }

    /// <summary>The service's id of the request.</summary>
    public string? RequestId { get; init; }
}
