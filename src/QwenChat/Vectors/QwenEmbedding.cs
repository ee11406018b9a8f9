using QwenChat.Vectors;

namespace QwenChat;

/// <summary>The embedding of a text. Texts with similar meanings have vectors with similar directions.</summary>
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

    /// <summary>The vector. The service does not guarantee that it is a unit vector.</summary>
    public float[] Vector { get; }

    /// <summary>The number of elements in the vector.</summary>
    public int Dimensions => Vector.Length;

    /// <summary>The embedding model. Vectors from different models cannot be compared.</summary>
    public string Model { get; }

    /// <summary>Returns the cosine similarity to another text.</summary>
    /// <param name="other">The embedding of the other text, from the same model and with the same length.</param>
    /// <returns>A number from -1 to 1. A higher number means a higher similarity.</returns>
    /// <exception cref="QwenException">The vectors cannot be compared.</exception>
    public double Similarity(QwenEmbedding other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Model != Model)
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"A vector of {Model} cannot be compared with a vector of {other.Model}. Embed both texts with the same model.");
        var space = new EmbeddingSpace(Model, Dimensions);
        return UnitVector.Dot(UnitVector.Of(Vector, space), UnitVector.Of(other.Vector, space));
    }

    /// <summary>Returns the text.</summary>
    /// <returns><see cref="Text"/>.</returns>
    public override string ToString() => Text;
}
