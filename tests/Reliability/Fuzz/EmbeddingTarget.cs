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
                var answer = EmbeddingProtocol.Read(input, count, null);
                var whole = answer.Vectors.OfType<float[]>().ToArray();
                Demand(answer.Vectors.Count == count && whole.All(vector => vector.Length == whole[0].Length), "The vectors are not what was asked for.");
                Demand(whole.All(vector => vector.Length > 0 && vector.All(float.IsFinite) && vector.Any(value => value != 0)), "A vector has no direction.");
                Demand((answer.Fault is null) == (whole.Length == count), "A vector is missing without a word.");
            }
            catch (QwenException refused) when (count > 1)
            {
                Demand(refused.Kind == QwenErrorKind.ProtocolError, $"It was refused as {refused.Kind}.");
            }
        }
    }
}
