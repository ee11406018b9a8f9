namespace QwenChat.Vectors;

/// <summary>The vector of a turn, kept in memory with the turn.</summary>
/// <param name="Model">The embedding model.</param>
/// <param name="Values">The unit vector.</param>
/// <param name="Next">The vector from another model; null if the turn has no other vector.</param>
internal sealed record TurnVector(string Model, float[] Values, TurnVector? Next);
