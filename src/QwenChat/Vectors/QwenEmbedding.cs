using QwenChat.Vectors;

namespace QwenChat;

/// <summary>A text as a vector: texts of like meaning have vectors of like direction.</summary>
public sealed class QwenEmbedding
{
    internal QwenEmbedding(string text, float[] vector, string model)
    {
        Text = text;
        Vector = vector;
        Model = model;
    }

    /// <summary>The text.</summary>
    public string Text { get; }

    /// <summary>The vector. The service does not promise that it has length 1.</summary>
    public float[] Vector { get; }

    /// <summary>How many numbers the vector has.</summary>
    public int Dimensions => Vector.Length;

    /// <summary>The embedding model. Vectors of different models cannot be compared.</summary>
    public string Model { get; }

    /// <summary>How near the meaning of another text is: the cosine of the angle between the vectors.</summary>
    /// <param name="other">The other text's vector, of the same model and length.</param>
    /// <returns>From -1 to 1; the nearer to 1, the more alike.</returns>
    /// <exception cref="QwenException">The vectors cannot be compared.</exception>
    public double Similarity(QwenEmbedding other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Model != Model)
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"A vector of {Model} cannot be compared with one of {other.Model}. Embed both texts with the same model.");
        var space = new EmbeddingSpace(Model, Dimensions);
        return UnitVector.Dot(UnitVector.Of(Vector, space), UnitVector.Of(other.Vector, space));
    }

    /// <summary>The text.</summary>
    /// <returns><see cref="Text"/>.</returns>
    public override string ToString() => Text;
}
