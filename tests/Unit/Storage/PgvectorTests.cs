namespace QwenChat.Tests.Storage;

/// <summary>Tests a store on a server with pgvector. The tests run sequentially, because PGlite has only one session.</summary>
[StoreServer(StoreServerAttribute.Pgvector)]
public sealed class PgvectorTests() : PostgresStoreTests(StoreServerAttribute.Pgvector);
