using QwenChat.Protocols;

namespace QwenChat.Tests.Reliability.Fuzz;

/// <summary>Fuzzes the reader of embeddings: it must return one vector per text, all of the same length, or reject the answer.</summary>
internal sealed class EmbeddingTarget() : FuzzTarget("embeddings", SeedFiles.Embeddings)
{
    protected override void Read(byte[] input)
    {
        foreach (int count in (int[])[3, 2, 1])
        {
            try
            {
                var answer = EmbeddingProtocol.Read(input, count, null);
                var whole = answer.Vectors.OfType<float[]>().ToArray();
                Demand(answer.Vectors.Count == count && whole.All(vector => vector.Length == whole[0].Length),
                    "The number or length of the vectors differs from the request.");
                Demand(whole.All(vector => vector.Length > 0 && vector.All(float.IsFinite) && vector.Any(value => value != 0)),
                    "A vector is empty, contains only zeros or contains an infinite value.");
                Demand((answer.Fault is null) == (whole.Length == count), "A vector is missing without an error.");
            }
            catch (QwenException refused) when (count > 1)
            {
                Demand(refused.Kind == QwenErrorKind.ProtocolError, $"The answer was rejected as {refused.Kind}.");
            }
        }
    }
}
