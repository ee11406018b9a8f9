using Xunit;

namespace QwenChat.Tests.Catalogue;

/// <summary>Tests that set the variables of the catalogue, which all tests of the process would see.</summary>
[CollectionDefinition(nameof(ModelVariables), DisableParallelization = true)]
public sealed class ModelVariables;
