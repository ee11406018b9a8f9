using Xunit;

namespace QwenChat.Tests.Catalogue;

/// <summary>The tests that set environment variables of the catalog. They run alone, because all tests in the process share the variables.</summary>
[CollectionDefinition(nameof(ModelVariables), DisableParallelization = true)]
public sealed class ModelVariables;
