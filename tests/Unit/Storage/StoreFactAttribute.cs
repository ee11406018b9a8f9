using Npgsql;
using Xunit;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace QwenChat.Tests.Storage;

/// <summary>A fact that applies to every kind of store. Without a server, the test is skipped for PostgreSQL.</summary>
[XunitTestCaseDiscoverer("QwenChat.Tests.Storage.StoreFactDiscoverer", "QwenChat.Tests.Unit")]
internal sealed class StoreFactAttribute : FactAttribute
{
    /// <summary>Whether the test needs a server with users, passwords and databases, which PGlite does not have.</summary>
    public bool NeedsServer { get; init; }

    /// <summary>Whether the test uses semantic search, which requires pgvector on PostgreSQL.</summary>
    public bool NeedsVectors { get; init; }
}

public sealed class StoreFactDiscoverer(IMessageSink sink) : IXunitTestCaseDiscoverer
{
    public IEnumerable<IXunitTestCase> Discover(ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        [new StoreTestCase(sink, discoveryOptions.MethodDisplayOrDefault(), discoveryOptions.MethodDisplayOptionsOrDefault(), testMethod)];
}

public sealed class StoreTestCase : XunitTestCase
{
    [Obsolete("Called when a test case comes from another process.")]
    public StoreTestCase()
    {
    }

    public StoreTestCase(IMessageSink sink, TestMethodDisplay display, TestMethodDisplayOptions options, ITestMethod method)
        : base(sink, display, options, method)
    {
    }

    protected override string GetSkipReason(IAttributeInfo factAttribute)
    {
        string? variable = TestMethod.TestClass.Class.GetCustomAttributes(typeof(StoreServerAttribute))
            .SingleOrDefault()?.GetNamedArgument<string>(nameof(StoreServerAttribute.Variable));
        if (variable is null)
            return base.GetSkipReason(factAttribute);
        if (StoreServerAttribute.Address(variable) is not { } address)
            return $"There is no server. Set {variable} to a connection string. build.ps1 Test sets the variable if it finds PostgreSQL, or Node for PGlite.";
        if (factAttribute.GetNamedArgument<bool>(nameof(StoreFactAttribute.NeedsVectors)) && variable != StoreServerAttribute.Pgvector)
            return $"Semantic search is tested with the server of {StoreServerAttribute.Pgvector}.";
        return factAttribute.GetNamedArgument<bool>(nameof(StoreFactAttribute.NeedsServer))
            && new NpgsqlConnectionStringBuilder(address).ApplicationName == "PGlite"
            ? $"PGlite has one database and one user, and requires no password. This is tested with the server of {StoreServerAttribute.Postgres}."
            : base.GetSkipReason(factAttribute);
    }
}
