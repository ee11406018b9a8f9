using Npgsql;
using Xunit;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace QwenChat.Tests.Storage;

/// <summary>A fact that holds for every kind of store. Where there is no server, those of PostgreSQL are skipped, and seen to be.</summary>
[XunitTestCaseDiscoverer("QwenChat.Tests.Storage.StoreFactDiscoverer", "QwenChat.Tests.Unit")]
internal sealed class StoreFactAttribute : FactAttribute
{
    /// <summary>A connection string. Each test makes a schema of its own there.</summary>
    public const string PostgresVariable = "QWENCHAT_TEST_POSTGRES";

    /// <summary>Of the tests that use that server: one after the other, since PGlite has one session for all.</summary>
    public const string PostgresCollection = "PostgreSQL";

    /// <summary>Whether the test needs users, passwords and databases of a server's own, which PGlite has not.</summary>
    public bool NeedsServer { get; init; }

    public static string? Postgres => Environment.GetEnvironmentVariable(PostgresVariable) is { Length: > 0 } given ? given : null;
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

    public StoreTestCase(IMessageSink sink, TestMethodDisplay display, TestMethodDisplayOptions options, ITestMethod method) : base(sink, display, options, method)
    {
    }

    protected override string GetSkipReason(IAttributeInfo factAttribute)
    {
        if (!TestMethod.TestClass.Class.Name.Contains("Postgres", StringComparison.Ordinal))
            return base.GetSkipReason(factAttribute);
        if (StoreFactAttribute.Postgres is not { } address)
            return $"No server: set {StoreFactAttribute.PostgresVariable} to a connection string, or run build.ps1 Test where Node is installed.";
        return factAttribute.GetNamedArgument<bool>(nameof(StoreFactAttribute.NeedsServer)) && new NpgsqlConnectionStringBuilder(address).ApplicationName == "PGlite"
            ? $"PGlite has one database and one user, and asks for no password: set {StoreFactAttribute.PostgresVariable} to the address of a server of your own."
            : base.GetSkipReason(factAttribute);
    }
}
