using Xunit;

namespace QwenChat.Tests.Structure;

public class LayeringTests
{
    [Fact]
    public void Layers_use_only_allowed_layers()
    {
        var files = SourceFiles.Of("src/QwenChat");
        Assert.NotEmpty(files);
        Assert.Empty(SourceLayers.Violations(new SourceCode(files), files.Select(file => file.Path)));
    }

    [Fact]
    public void A_type_of_a_layer_above_is_found() => Assert.Equal(
        ["Model/Tip.cs uses Wire of Http/Wire.cs, which Model must not use."],
        Violations(("Http/Wire.cs", "class Wire;"), ("Model/Tip.cs", "class Tip { Wire? W; }")));

    [Fact]
    public void A_type_of_a_layer_below_is_allowed() =>
        Assert.Empty(Violations(("Model/Tip.cs", "class Tip;"), ("Commands/SendCommand.cs", "class SendCommand { Tip? T; }")));

    [Fact]
    public void An_extension_method_of_a_layer_above_is_found() => Assert.Single(Violations(
        ("Http/Wires.cs", "static class Wires { public static int Count(this string text) => text.Length; }"),
        ("Model/Tip.cs", "class Tip { int Number => \"a\".Count(); }")));

    [Fact]
    public void A_property_may_have_the_name_of_a_type_above() => Assert.Empty(Violations(
        ("Http/Wire.cs", "class Wire;"), ("Model/Tip.cs", "class Tip { string Wire => \"\"; object O() => new { Wire }; }")));

    [Fact]
    public void Only_commands_use_PowerShell()
    {
        const string Using = "using System.Management.Automation;\n";
        Assert.Single(Violations(("Http/Wire.cs", Using + "class Wire;")));
        Assert.Empty(Violations(("Commands/SendCommand.cs", Using + "class SendCommand;")));
    }

    [Theory]
    [InlineData("Wire.cs")]
    [InlineData("Helpers/Wire.cs")]
    public void Every_file_is_in_a_layer(string path) => Assert.Equal([$"{path} is in no layer."], Violations((path, "class Wire;")));

    private static IReadOnlyList<string> Violations(params (string Path, string Text)[] files) =>
        SourceLayers.Violations(new SourceCode(files), files.Select(file => file.Path));
}
