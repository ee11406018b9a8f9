using QwenChat.Catalogue;
using Xunit;

namespace QwenChat.Tests.Catalogue;

/// <summary>Tests catalog files from environment variables. The variables affect the whole process, so no other test runs at the same time.</summary>
[Collection(nameof(ModelVariables))]
public sealed class ModelVariableTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("qwenchat-").FullName;
    private readonly string? _home = Environment.GetEnvironmentVariable(UserFolder.Variable);

    private string OwnFile => Path.Combine(_folder, "own.json");

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(UserFolder.Variable, _home);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Setting_and_removing_the_variable_takes_effect()
    {
        File.WriteAllText(OwnFile, """{ "models": { "only-in-the-file": {} } }""");
        Environment.SetEnvironmentVariable(ModelCatalogue.FileVariable, OwnFile);
        try
        {
            Assert.NotNull(ModelCatalogue.Find("only-in-the-file"));
        }
        finally
        {
            Environment.SetEnvironmentVariable(ModelCatalogue.FileVariable, null);
        }
        Assert.Null(ModelCatalogue.Find("only-in-the-file"));
    }

    [Fact]
    public void A_corrected_file_is_read_again()
    {
        File.WriteAllText(OwnFile, """{ "models": { "first-in-the-file": {} } }""");
        var first = File.GetLastWriteTimeUtc(OwnFile);
        Environment.SetEnvironmentVariable(ModelCatalogue.FileVariable, OwnFile);
        try
        {
            Assert.NotNull(ModelCatalogue.Find("first-in-the-file"));
            File.WriteAllText(OwnFile, """{ "models": { "second-in-the-file": {} } }""");
            File.SetLastWriteTimeUtc(OwnFile, first.AddSeconds(1));
            Assert.NotNull(ModelCatalogue.Find("second-in-the-file"));
        }
        finally
        {
            Environment.SetEnvironmentVariable(ModelCatalogue.FileVariable, null);
        }
    }

    [Fact]
    public void The_services_list_is_used_while_the_variable_contains_its_folder()
    {
        File.WriteAllText(Path.Combine(_folder, "models.json"), """{ "models": { "listed": {} } }""");
        Assert.Null(ModelCatalogue.Find("listed"));
        Environment.SetEnvironmentVariable(UserFolder.Variable, $" {_folder} ");
        Assert.NotNull(ModelCatalogue.Find("listed"));
        Environment.SetEnvironmentVariable(UserFolder.Variable, _home);
        Assert.Null(ModelCatalogue.Find("listed"));
    }

    [Fact]
    public void A_rewritten_list_is_read_again()
    {
        string listed = Path.Combine(_folder, "models.json");
        File.WriteAllText(listed, """{ "models": { "first": {} } }""");
        Environment.SetEnvironmentVariable(UserFolder.Variable, _folder);
        Assert.NotNull(ModelCatalogue.Find("first"));
        File.WriteAllText(listed, "{");
        File.SetLastWriteTimeUtc(listed, DateTime.UtcNow.AddSeconds(5));
        ModelCatalogue.Refresh();
        Assert.Null(ModelCatalogue.Find("first"));
        Assert.Contains("to write it again", ModelCatalogue.Fault, StringComparison.Ordinal);
        File.Delete(listed);
        ModelCatalogue.Refresh();
        Assert.Null(ModelCatalogue.Fault);
    }

    [Fact]
    public void Without_the_variable_the_local_application_data_folder_is_used()
    {
        Environment.SetEnvironmentVariable(UserFolder.Variable, null);
        Assert.Equal(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "QwenChat"), UserFolder.Path);
    }
}
