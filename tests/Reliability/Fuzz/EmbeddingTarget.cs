using QwenChat.Protocols;

namespace QwenChat.Tests.Reliability.Fuzz;

/// <summary>Answers with embeddings: one vector for each text, all of one length, or refused.</summary>
internal sealed class EmbeddingTarget() : FuzzTarget("embeddings", SeedFiles.Embeddings)
{
    protected override void Read(byte[] input)
    {
        foreach (int count in (int[])[3, 2, 1])
        {
            try
            {
                var answer = EmbeddingProtocol.Read(input, count);
                Demand(answer.Vectors.Count == count && answer.Vectors.All(vector => vector.Length == answer.Vectors[0].Length), "The vectors are not what was asked for.");
            }
            catch (QwenException refused) when (count > 1)
            {
                Demand(refused.Kind == QwenErrorKind.ProtocolError, $"It was refused as {refused.Kind}.");
            }
        }
    }
}
