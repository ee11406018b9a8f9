namespace QwenChat.Vectors;

/// <summary>What a turn means to one embedding model, kept in memory with the turn.</summary>
/// <param name="Model">The embedding model.</param>
/// <param name="Values">The vector, of length 1.</param>
/// <param name="Next">That of another model; null when there is no other.</param>
internal sealed record TurnVector(string Model, float[] Values, TurnVector? Next);
