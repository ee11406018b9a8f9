using System.Text.Json.Nodes;
using QwenChat.Tools;
using Xunit;

namespace QwenChat.Tests.Tools;

/// <summary>Tests that a model's arguments are converted if they are unambiguous, and otherwise left unchanged.</summary>
public class LenientArgumentsTests
{
    [Theory]
    [InlineData("boolean", "\"true\"", "true")]
    [InlineData("boolean", "\"False\"", "false")]
    [InlineData("boolean", "1", "true")]
    [InlineData("boolean", "0", "false")]
    [InlineData("boolean", "2", "2")]
    [InlineData("boolean", "\"yes\"", "\"yes\"")]
    [InlineData("integer", "\"12\"", "12")]
    [InlineData("integer", "\"-3\"", "-3")]
    [InlineData("integer", "\"\"", "\"\"")]
    [InlineData("integer", "\"1e3\"", "\"1e3\"")]
    [InlineData("integer", "12.6", "12.6")]
    [InlineData("number", "\"1.5\"", "1.5")]
    [InlineData("number", "\"1,5\"", "\"1,5\"")]
    [InlineData("string", "5", "5")]
    [InlineData("array", "\"a\"", "[\"a\"]")]
    [InlineData("array", "\"[1,2]\"", "[1,2]")]
    [InlineData("array", "\"[x\"", "[\"[x\"]")]
    [InlineData("object", "\"{\\\"a\\\":1}\"", "{\"a\":1}")]
    [InlineData("object", "\"{\\\"a\\\":1,\\\"a\\\":2}\"", "\"{\\\"a\\\":1,\\\"a\\\":2}\"")]
    [InlineData("object", "\"a\"", "\"a\"")]
    public void A_value_is_converted_to_its_type(string type, string value, string fitted)
    {
        var result = LenientArguments.Fit(JsonNode.Parse(value), new JsonObject { ["type"] = type });
        Assert.Equal(fitted, result?.ToJsonString(ToolSchema.Compact));
    }

    [Fact]
    public void Names_and_words_are_matched_regardless_of_case()
    {
        var schema = JsonNode.Parse("""{"type":"object","properties":{"Color":{"type":"string","enum":["Red"]}}}""");
        Assert.Equal("""{"Color":"Red"}""", LenientArguments.Fit(JsonNode.Parse("""{"color":"RED"}"""), schema)?.ToJsonString());
    }

    [Fact]
    public void Null_omits_an_optional_argument_and_keeps_a_required_argument()
    {
        var schema = JsonNode.Parse("""{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"},"c":{}},"required":["b"]}""");
        Assert.Equal("""{"b":null,"c":null}""", LenientArguments.Fit(JsonNode.Parse("""{"a":null,"b":null,"c":null}"""), schema)?.ToJsonString());
    }

    [Theory]
    [InlineData("""{"City":"Porto"}""", """{"City":"Porto"}""", null)]
    [InlineData("""{"City":"Porto"}}""", """{"City":"Porto"}""", null)]
    [InlineData("""{"City":"Po""", null, "The arguments are not one complete JSON object.")]
    [InlineData("[1]", null, "The arguments are not one complete JSON object.")]
    [InlineData("", null, "City is missing.")]
    [InlineData("""{"City":"a","city":"b"}""", null, "The arguments contain 'city' more than once.")]
    [InlineData("""{"City":"a","Ci":"b"}""", null, "Ci is not allowed. Allowed: City.")]
    public void Arguments_are_read(string arguments, string? read, string? error)
    {
        var schema = JsonNode.Parse("""{"type":"object","properties":{"City":{"type":"string"}},"required":["City"]}""")!.AsObject();
        var tool = new QwenTool("get_weather", null, schema, implementation: null);
        Assert.Equal(read, ToolCallArguments.Read(tool, arguments, out string? said)?.ToJsonString());
        Assert.Equal(error, said);
    }
}
