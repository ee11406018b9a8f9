using Xunit;

namespace QwenChat.Tests;

public class LayeringTests
{
    [Fact]
    public void The_arrows_between_the_layers_hold()
    {
        string source = Path.Combine(TestFiles.Root, "src", "QwenChat");
        var files = Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            .Select(file => (Path: Path.GetRelativePath(source, file).Replace('\\', '/'), Text: File.ReadAllText(file)))
            .Where(file => file.Path.Split('/')[0] is not ("bin" or "obj"))
            .ToArray();
        Assert.NotEmpty(files);
        Assert.Empty(new SourceLayers(files).Violations());
    }

    [Fact]
    public void A_type_of_a_layer_above_is_found() => Assert.Equal(
        ["Chat/Tip.cs uses Connection of Http, which Chat must not see."],
        Violations(("Http/Connection.cs", "internal sealed class Connection;"), ("Chat/Tip.cs", "class Tip { Connection? _c; }")));

    [Fact]
    public void A_type_of_a_layer_below_is_allowed() =>
        Assert.Empty(Violations(("Chat/Tip.cs", "class Tip;"), ("Commands/SendCommand.cs", "class SendCommand { Tip? _t; }")));

    [Fact]
    public void A_property_may_bear_the_name_of_a_type_above() =>
        Assert.Empty(
        Violations(("Http/Answer.cs", "internal sealed class Answer;"), ("Chat/Tip.cs", "class Tip { string Answer { get; } object O() => new { Answer }; }")));

    [Theory]
    [InlineData("public record struct Wire(int A);")]
    [InlineData("[Flags]\npublic enum Wire { A }")]
    [InlineData("internal interface Wire<T> { }")]
    [InlineData("internal delegate Task<int> Wire(string a);")]
    [InlineData("namespace X;\ninternal readonly struct Wire { }")]
    [InlineData("class First { class Nested { } }\nclass Wire { }")]
    public void Every_kind_of_type_is_known(string declaration) =>
        Assert.Single(Violations(("Http/Wire.cs", declaration), ("Protocols/Tip.cs", "class Tip { object O(Wire w) => w; }")));

    [Theory]
    [InlineData("// Wire\nclass Tip;")]
    [InlineData("/// <summary>Not a <see cref=\"Wire\"/>.</summary>\nclass Tip;")]
    [InlineData("/* a\nWire */ class Tip;")]
    [InlineData("class Tip { string S = \"a \\\" Wire\"; }")]
    [InlineData("class Tip { string S = @\"a \"\" Wire\"; }")]
    [InlineData("class Tip { string S = \"\"\"\n \"Wire\"\n \"\"\"; }")]
    [InlineData("class Tip { char C = '\"'; string S = \" Wire\"; }")]
    [InlineData("#region Wire\nclass Tip;")]
    [InlineData("class Tip { int O(Tip t) => t.Wire; int Wired; }")]
    public void What_only_looks_like_a_type_is_not_one(string code) =>
        Assert.Empty(Violations(("Http/Wire.cs", "class Wire;"), ("Protocols/Tip.cs", code)));

    [Fact]
    public void A_nested_type_does_not_count() => Assert.Empty(Violations(
        ("Http/Wire.cs", "class Wire { class Piece; }"), ("Chat/Tip.cs", "class Tip { class Piece; Piece? P; }")));

    [Fact]
    public void A_namespace_of_a_layer_above_is_found() => Assert.Single(Violations(("Chat/Tip.cs", "using QwenChat.Protocols;\nclass Tip;")));

    [Fact]
    public void PowerShell_is_for_commands_alone()
    {
        const string Using = "using System.Management.Automation;\n";
        Assert.Single(Violations(("Http/Wire.cs", Using + "class Wire;")));
        Assert.Empty(Violations(("Commands/SendCommand.cs", Using + "class SendCommand;")));
    }

    [Theory]
    [InlineData("Wire.cs")]
    [InlineData("Helpers/Wire.cs")]
    public void Every_file_is_in_a_layer(string path) => Assert.Single(Violations((path, "class Wire;")));

    private static IReadOnlyList<string> Violations(params (string Path, string Text)[] files) => new SourceLayers(files).Violations();
}
