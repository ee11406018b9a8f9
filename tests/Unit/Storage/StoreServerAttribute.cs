namespace QwenChat.Tests.Storage;

/// <summary>Names the environment variable with the connection string of the PostgreSQL server that a class of tests uses.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class StoreServerAttribute(string variable) : Attribute
{
    /// <summary>The variable of a server that supports several sessions, users and databases. The server does not need pgvector.</summary>
    public const string Postgres = "QWENCHAT_TEST_POSTGRES";

    /// <summary>The variable of a server with pgvector. PGlite, which has only one session, is sufficient.</summary>
    public const string Pgvector = "QWENCHAT_TEST_PGVECTOR";

    public string Variable { get; } = variable;

    /// <summary>Returns the connection string; null if the variable is not set.</summary>
    public static string? Address(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } given ? given : null;
}
