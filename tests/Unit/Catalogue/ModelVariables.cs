using Xunit;

namespace QwenChat.Tests.Catalogue;

/// <summary>Tests that set the environment variables of the catalog, which all tests in the process share.</summary>
[CollectionDefinition(nameof(ModelVariables), DisableParallelization = true)]
public sealed class ModelVariables;
