using System.Numerics;
using QwenChat.Text;

namespace QwenChat.Vectors;

/// <summary>Creates and compares unit vectors. The cosine similarity of two unit vectors is their dot product.</summary>
internal static class UnitVector
{
    /// <exception cref="QwenException">The vector does not have the length of its embedding space, or has no direction.</exception>
    public static float[] Of(ReadOnlySpan<float> vector, EmbeddingSpace space)
    {
        if (vector.Length != space.Dimensions)
        {
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"The vector has {Quantity.Of(vector.Length, "dimension")}, but the {space.Model} vectors to compare it with have {space.Dimensions}. "
                    + "Vectors of different lengths cannot be compared.");
        }
        double square = 0;
        foreach (float value in vector)
            square += (double)value * value;
        if (!double.IsFinite(square) || square == 0)
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"A vector of {space.Model} has no direction: it contains only zeros, or a value that is infinite or not a number.");
        float[] scaled = new float[vector.Length];
        double scale = 1 / Math.Sqrt(square);
        for (int i = 0; i < scaled.Length; i++)
            scaled[i] = (float)(vector[i] * scale);
        return scaled;
    }

    /// <summary>Returns the dot product. Four parallel sums keep the processor's adders busy, so that memory bandwidth is the limit.</summary>
    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        int width = Vector<float>.Count;
        int i = 0;
        Vector<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        for (; i <= a.Length - 4 * width; i += 4 * width)
        {
            sum0 += new Vector<float>(a[i..]) * new Vector<float>(b[i..]);
            sum1 += new Vector<float>(a[(i + width)..]) * new Vector<float>(b[(i + width)..]);
            sum2 += new Vector<float>(a[(i + 2 * width)..]) * new Vector<float>(b[(i + 2 * width)..]);
            sum3 += new Vector<float>(a[(i + 3 * width)..]) * new Vector<float>(b[(i + 3 * width)..]);
        }
        float sum = Vector.Sum((sum0 + sum1) + (sum2 + sum3));
        for (; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }
}
