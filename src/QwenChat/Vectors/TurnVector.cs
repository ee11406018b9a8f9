namespace QwenChat.Vectors;

/// <summary>A turn's vector from one embedding model, kept in memory with the turn.</summary>
/// <param name="Model">The embedding model.</param>
/// <param name="Values">The unit vector.</param>
/// <param name="Next">The vector from another model; null when there is none.</param>
internal sealed record TurnVector(string Model, float[] Values, TurnVector? Next);
