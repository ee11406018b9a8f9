namespace QwenChat.Tests.Storage;

/// <summary>A server with pgvector. The tests run one after the other, since PGlite has one session for all.</summary>
[StoreServer(StoreServerAttribute.Pgvector)]
public sealed class PgvectorTests() : PostgresStoreTests(StoreServerAttribute.Pgvector);
