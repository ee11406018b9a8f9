using System.Text.Json.Nodes;
using QwenChat.Tools;
using Xunit;

namespace QwenChat.Tests.Tools;

/// <summary>Tests that a schema is validated when it is specified, and that answers are validated against it.</summary>
public class AnswerSchemaTests
{
    private const string Person =
        """{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}},"required":["name"],"additionalProperties":false}""";

    [Theory]
    [InlineData("""{"type":"int"}""", ": \"int\" is not a JSON Schema type. The types are string, number, integer, boolean, object, array, null.")]
    [InlineData("""{"type":["object",null]}""",
        ": [\"object\",null] is not a JSON Schema type. The types are string, number, integer, boolean, object, array, null.")]
    [InlineData("""{"type":"object","properties":[]}""", " at properties: it must be an object that contains schemas.")]
    [InlineData("""{"type":"object","properties":{"a":"string"}}""", " at a: a schema must be an object, such as {\"type\":\"string\"}, not \"string\".")]
    [InlineData("""{"type":"object","properties":{"a":{"enum":[]}}}""", " at a.enum: it must be a list of the allowed values.")]
    [InlineData("""{"type":"object","properties":{"a":{"anyOf":[]}}}""", " at a.anyOf: it must be a list of schemas.")]
    [InlineData("""{"type":"object","required":"a"}""", " at required: it must be a list of names.")]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"#/$defs/b"}}}""",
        " at a.$ref: '#/$defs/b' does not refer to a part of the schema, such as #/$defs/name.")]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"#/$defs/b"}},"$defs":{"b":{"$ref":"#/$defs/b"}}}""",
        " at a.$ref: '#/$defs/b' refers to itself.")]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"other.json"}}}""",
        " at a.$ref: 'other.json' does not refer to a part of the schema, such as #/$defs/name.")]
    [InlineData("""{"type":"object","properties":{"a":{"minimum":"1"}}}""", " at a.minimum: it must be a number, not \"1\".")]
    [InlineData("""{"type":"object","properties":{"a":{"maxItems":1.5}}}""", " at a.maxItems: it must be a whole number, not 1.5.")]
    public void An_invalid_schema_is_rejected(string schema, string place)
    {
        var refused = Assert.Throws<QwenException>(() => AnswerSchema.Of(JsonNode.Parse(schema)!.AsObject()));
        Assert.Equal(QwenErrorKind.InvalidRequest, refused.Kind);
        Assert.Equal("The schema is not valid" + place, refused.Message);
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","contentEncoding":"base64"}},"oneOf":[]}""", "contentEncoding,oneOf")]
    [InlineData("""{"type":"object","title":"x","properties":{"title":{"type":"string","description":"d","default":"e"}}}""", "")]
    public void An_unchecked_keyword_is_reported(string schema, string keywords) =>
        Assert.Equal(keywords, string.Join(",", AnswerSchema.Of(JsonNode.Parse(schema)!.AsObject()).UncheckedKeywords));

    [Theory]
    [InlineData("""{"type":"object","properties":{}}""", null, """{"type":"object","properties":{}}""")]
    [InlineData("""{"properties":{"a":{}}}""", null, """{"properties":{"a":{}},"type":"object"}""")]
    [InlineData("""{"type":"array","items":{"type":"string"}}""", "items",
        """{"type":"object","properties":{"items":{"type":"array","items":{"type":"string"}}},"required":["items"],"additionalProperties":false}""")]
    [InlineData("""{"type":"integer"}""", "value",
        """{"type":"object","properties":{"value":{"type":"integer"}},"required":["value"],"additionalProperties":false}""")]
    [InlineData("""{"type":"array","items":{"$ref":"#/$defs/a"},"$defs":{"a":{"type":"string"}}}""", "items",
        """{"type":"object","properties":{"items":{"type":"array","items":{"$ref":"#/$defs/a"}}},"required":["items"],"additionalProperties":false"""
        + ",\"$defs\":{\"a\":{\"type\":\"string\"}}}")]
    public void The_root_must_be_an_object(string schema, string? wrapper, string root)
    {
        var made = AnswerSchema.Of(JsonNode.Parse(schema)!.AsObject());
        Assert.Equal(wrapper, made.Wrapper);
        Assert.Equal(root, made.Text);
        Assert.Null(made.Type);
    }

    [Theory]
    [InlineData("""{"name":"Ada","age":36}""", null)]
    [InlineData("```json\n{\"name\":\"Ada\"}\n```", null)]
    [InlineData("""{"name":"Ada","age":"36"}""", "age must be an integer, not \"36\".")]
    [InlineData("""{"Name":"Ada"}""", "name is missing. Name is not allowed. Allowed: name, age.")]
    [InlineData("""{"name":"Ada","name":"Eve"}""", "The answer contains 'name' more than once.")]
    [InlineData("""["Ada"]""", "The value must be an object, not [\"Ada\"].")]
    [InlineData("""{"name":"Ada","NAME":"Eve"}""", "The answer contains 'NAME' more than once.")]
    [InlineData("null", "The value must be an object, not null.")]
    [InlineData("  ", "The answer is empty.")]
    public void An_answer_is_read_or_the_finding_gives_the_reason(string text, string? finding)
    {
        var value = AnswerText.Read(text, AnswerSchema.Of(JsonNode.Parse(Person)!.AsObject()), out string? found);
        Assert.Equal(finding, found);
        Assert.Equal(finding is null, value is not null);
    }

    [Theory]
    [InlineData("""{"name":"Ad""")]
    [InlineData("Sure! {\"name\":\"Ada\"}")]
    [InlineData("""{"name":"Ada"}}""")]
    [InlineData("{\"name\":\"\\ud800\"}")]
    [InlineData("""{"name":"Ada","age":1e400}""")]
    public void An_answer_that_is_not_JSON_is_reported(string text)
    {
        Assert.Null(AnswerText.Read(text, AnswerSchema.Of(JsonNode.Parse(Person)!.AsObject()), out string? found));
        Assert.StartsWith("The answer is not JSON: ", found, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_of_any_schema_is_accepted_and_each_mutation_is_rejected()
    {
        int mutations = 0;
        for (int seed = 0; seed < 400; seed++)
        {
            var (schema, value, wrong) = new SchemaSample(new Random(seed)).Object(0);
            var answer = AnswerSchema.Of(schema);
            Assert.Empty(answer.UncheckedKeywords);
            var read = AnswerText.Read(value.ToJsonString(), answer, out string? finding);
            Assert.True(finding is null && JsonNode.DeepEquals(value, read), $"Seed {seed}: {finding} {answer.Text} {value.ToJsonString()}");
            foreach (var mutation in wrong)
            {
                mutations++;
                Assert.Null(AnswerText.Read(mutation?.ToJsonString() ?? "null", answer, out finding));
                Assert.False(finding is null, $"Seed {seed}: {answer.Text} {mutation?.ToJsonString()}");
            }
        }
        Assert.InRange(mutations, 4000, int.MaxValue);
    }
}
