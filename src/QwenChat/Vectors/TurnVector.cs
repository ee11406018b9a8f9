namespace QwenChat.Vectors;

/// <summary>The vector of a turn, kept in memory with the turn.</summary>
/// <param name="Model">The embedding model.</param>
/// <param name="Values">The unit vector.</param>
/// <param name="Next">The turn's vector from another model; null if there is none.</param>
internal sealed record TurnVector(string Model, float[] Values, TurnVector? Next);
