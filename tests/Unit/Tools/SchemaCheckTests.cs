using System.Text.Json.Nodes;
using QwenChat.Tools;
using Xunit;

namespace QwenChat.Tests.Tools;

/// <summary>Tests that findings contain the position of the error, and that valid values have no findings.</summary>
public class SchemaCheckTests
{
    [Theory]
    [InlineData("""{"type":"string"}""", "\"a\"", "")]
    [InlineData("""{"type":"string"}""", "5", "The value must be a string, not 5.")]
    [InlineData("""{"type":"integer"}""", "12.0", "")]
    [InlineData("""{"type":"integer"}""", "12.6", "The value must be an integer, not 12.6.")]
    [InlineData("""{"type":"integer"}""", "\"\"", "The value must be an integer, not \"\".")]
    [InlineData("""{"type":"integer"}""", "null", "The value must be an integer, not null.")]
    [InlineData("""{"type":"number"}""", "3", "")]
    [InlineData("""{"type":["integer","null"]}""", "null", "")]
    [InlineData("""{"type":["integer","null"]}""", "true", "The value must be an integer or null, not true.")]
    [InlineData("""{}""", "{\"a\":[1]}", "")]
    [InlineData("""{"type":"string"}""", "[\"a\",\"b\"]", "The value must be a string, not [\"a\",\"b\"].")]
    [InlineData("""{"type":"string","enum":["Red","Green"]}""", "\"r\"", "The value must be one of \"Red\", \"Green\", not \"r\".")]
    [InlineData("""{"const":1}""", "2", "The value must be 1, not 2.")]
    [InlineData("""{"type":"object","required":["a"],"properties":{"a":{}}}""", "{}", "a is missing.")]
    [InlineData("""{"type":"object","properties":{"a":{}},"additionalProperties":false}""", "{\"b\":1}", "b is not allowed. Allowed: a.")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"integer"}}""", "{\"b\":\"x\"}", "b must be an integer, not \"x\".")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","items":{"type":"integer"}}}}""", "{\"a\":[1,\"x\"]}",
        "a[1] must be an integer, not \"x\".")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object","properties":{"b":{"type":"boolean"}}}}}""", "{\"a\":{\"b\":1}}",
        "a.b must be a boolean, not 1.")]
    [InlineData("""{"type":"integer","minimum":1,"maximum":5}""", "0", "The value must be at least 1, not 0.")]
    [InlineData("""{"type":"integer","minimum":1,"maximum":5}""", "6", "The value must be at most 5, not 6.")]
    [InlineData("""{"type":"number","exclusiveMinimum":0}""", "0", "The value must be greater than 0, not 0.")]
    [InlineData("""{"type":"number","exclusiveMaximum":0}""", "0", "The value must be less than 0, not 0.")]
    [InlineData("""{"type":"string","minLength":2}""", "\"a\"", "The value must have at least 2 characters, not 1.")]
    [InlineData("""{"type":"string","maxLength":1}""", "\"ab\"", "The value must have at most 1 character, not 2.")]
    [InlineData("""{"type":"array","minItems":1}""", "[]", "The value must have at least 1 element, not 0.")]
    [InlineData("""{"type":"array","maxItems":1}""", "[1,2]", "The value must have at most 1 element, not 2.")]
    [InlineData("""{"type":"string","pattern":"^a"}""", "\"b\"", "The value must match the pattern ^a.")]
    [InlineData("""{"type":"string","format":"date-time"}""", "\"2026-11-28T10:00:00+01:00\"", "")]
    [InlineData("""{"type":"string","format":"date-time"}""", "\"04.03.2026\"",
        "The value must be an ISO 8601 date and time, such as 2026-11-28T14:30:00Z, not \"04.03.2026\".")]
    [InlineData("""{"type":"string","format":"date"}""", "\"2026-13-01\"", "The value must be an ISO 8601 date, such as 2026-11-28, not \"2026-13-01\".")]
    [InlineData("""{"type":"string","format":"uuid"}""", "\"x\"", "The value must be a UUID, not \"x\".")]
    [InlineData("""{"anyOf":[{"type":"integer"},{"type":"boolean"}]}""", "true", "")]
    [InlineData("""{"anyOf":[{"type":"integer"},{"type":"boolean"}]}""", "\"x\"", "The value does not match any of the allowed schemas.")]
    [InlineData("""{"$ref":"#/$defs/n","$defs":{"n":{"type":"integer"}}}""", "\"x\"", "The value must be an integer, not \"x\".")]
    [InlineData("""{"$ref":"#/$defs/n","$defs":{"n":{"$ref":"#/$defs/n"}}}""", "1", "")]
    public void A_value_is_checked(string schema, string value, string findings) =>
        Assert.Equal(findings, string.Join(" ", SchemaCheck.Findings(JsonNode.Parse(value), JsonNode.Parse(schema)!.AsObject())));
}
