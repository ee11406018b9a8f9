namespace QwenChat.Tests.Storage;

/// <summary>Tests a store on a server with several sessions.</summary>
[StoreServer(StoreServerAttribute.Postgres)]
public sealed class PostgresServerTests() : PostgresStoreTests(StoreServerAttribute.Postgres);
