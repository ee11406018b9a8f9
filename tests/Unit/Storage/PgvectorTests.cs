namespace QwenChat.Tests.Storage;

/// <summary>A server with pgvector. The tests run one after the other, because PGlite has only one session.</summary>
[StoreServer(StoreServerAttribute.Pgvector)]
public sealed class PgvectorTests() : PostgresStoreTests(StoreServerAttribute.Pgvector);
