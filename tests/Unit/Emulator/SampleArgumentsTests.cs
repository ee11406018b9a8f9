using QwenChat.Emulator.Tools;
using Xunit;

namespace QwenChat.Tests.Emulator;

/// <summary>Tests that the arguments generated for a forced call match the schema and do not vary.</summary>
public sealed class SampleArgumentsTests
{
    [Theory]
    [InlineData("{}", "{}")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}}}""", "{}")]
    [InlineData("""{"type":"object","properties":{"city":{"type":"string"},"b":{}},"required":["city"]}""", """{"city":"city"}""")]
    [InlineData("""{"properties":{"a":{"enum":["x","y"]},"b":{"const":5},"c":{"type":"boolean"},"d":{"default":[1]}},"required":["a","b","c","d"]}""",
        """{"a":"x","b":5,"c":true,"d":[1]}""")]
    [InlineData("""{"properties":{"a":{"type":"integer","minimum":3},"b":{"type":"number","exclusiveMinimum":0},"c":{"type":"integer","maximum":-2},"d":"""
        + """{"type":"integer","minimum":5,"multipleOf":4}},"required":["a","b","c","d"]}""",
        """{"a":3,"b":1,"c":-2,"d":8}""")]
    [InlineData("""{"properties":{"a":{"type":"array","items":{"type":"integer"}},"b":{"type":"array","items":{"type":"string"},"minItems":2},"c":"""
        + """{"type":"array","maxItems":0}},"required":["a","b","c"]}""",
        """{"a":[1],"b":["b","b"],"c":[]}""")]
    [InlineData("""{"properties":{"a":{"type":["null","integer"]},"b":{"anyOf":[{"type":"boolean"},"""
        + """{"type":"null"}]},"c":{"type":"null"}},"required":["a","b","c"]}""",
        """{"a":1,"b":true,"c":null}""")]
    [InlineData("""{"properties":{"ab":{"type":"string","minLength":4},"long":{"type":"string","maxLength":2},"day":"""
        + """{"type":"string","format":"date"}},"required":["ab","long","day"]}""",
        """{"ab":"ab..","long":"lo","day":"2026-01-31"}""")]
    [InlineData("""{"$defs":{"p":{"type":"object","properties":{"x":{"type":"integer"}},"required":["x"]}},"properties":{"at":"""
        + """{"$ref":"#/$defs/p"}},"required":["at"]}""",
        """{"at":{"x":1}}""")]
    [InlineData("""{"properties":{"a":{"$ref":"#/$defs/none"}},"required":["a","undeclared",1]}""", """{"a":"a","undeclared":"undeclared"}""")]
    public void The_arguments_match_the_schema(string schema, string expected) => Assert.Equal(expected, SampleArguments.For(schema));

    [Fact]
    public void A_recursive_schema_terminates() =>
        Assert.StartsWith("""{"next":{"next":""", SampleArguments.For("""{"properties":{"next":{"$ref":"#"}},"required":["next"]}"""),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"properties":{"a":{"$ref":"#"},"b":{"$ref":"#"},"c":{"$ref":"#"}},"required":["a","b","c"]}""")]
    [InlineData("""{"$defs":{"l":{"type":"array","minItems":90,"items":{"$ref":"#/$defs/l"}}},"properties":{"a":{"$ref":"#/$defs/l"}},"required":["a"]}""")]
    public void A_schema_that_could_grow_endlessly_results_in_short_arguments(string schema) => Assert.InRange(SampleArguments.For(schema).Length, 10, 50_000);

    [Theory]
    [InlineData("""{"type":"number","minimum":7e28,"multipleOf":1e-28}""", "1")]
    [InlineData("""{"type":"integer","exclusiveMinimum":1e300}""", "1")]
    [InlineData("""{"type":"number","minimum":0.25,"multipleOf":0.5}""", "0.5")]
    public void Bounds_that_are_too_large_are_ignored(string schema, string expected)
    {
        string arguments = SampleArguments.For("{\"properties\":{\"a\":" + schema + "},\"required\":[\"a\"]}");
        Assert.Equal("{\"a\":" + expected + "}", arguments);
    }
}
