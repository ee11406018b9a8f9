using QwenChat.Tools;
using Xunit;

namespace QwenChat.Tests.Tools;

/// <summary>Tests that the short form of a schema is converted to JSON Schema, and that errors quote invalid input.</summary>
public class ShortSchemaTests
{
    [Theory]
    [InlineData("name", """{"name":{"type":"string"}}""", "name")]
    [InlineData("name, age int", """{"name":{"type":"string"},"age":{"type":"integer"}}""", "name,age")]
    [InlineData("tags string[]", """{"tags":{"type":"array","items":{"type":"string"}}}""", "tags")]
    [InlineData("bio: a sentence", """{"bio":{"type":"string","description":"a sentence"}}""", "bio")]
    [InlineData("age int: in years", """{"age":{"type":"integer","description":"in years"}}""", "age")]
    [InlineData("category: bug|question|praise, urgency int",
        """{"category":{"type":"string","enum":["bug","question","praise"]},"urgency":{"type":"integer"}}""", "category,urgency")]
    [InlineData("kind a|b: which", """{"kind":{"type":"string","enum":["a","b"],"description":"which"}}""", "kind")]
    [InlineData("kinds (a|b)[]", """{"kinds":{"type":"array","items":{"type":"string","enum":["a","b"]}}}""", "kinds")]
    [InlineData("note: yes | or no", """{"note":{"type":"string","description":"yes | or no"}}""", "note")]
    [InlineData("age int?", """{"age":{"type":["integer","null"]}}""", "")]
    [InlineData("age? int", """{"age":{"type":["integer","null"]}}""", "")]
    [InlineData("kind? a|b", """{"kind":{"type":["string","null"],"enum":["a","b",null]}}""", "")]
    [InlineData("when date, at datetime", """{"when":{"type":"string","format":"date"},"at":{"type":"string","format":"date-time"}}""", "when,at")]
    [InlineData("ok bool, price decimal", """{"ok":{"type":"boolean"},"price":{"type":"number"}}""", "ok,price")]
    [InlineData("a: one, or two\nb int\n", """{"a":{"type":"string","description":"one, or two"},"b":{"type":"integer"}}""", "a,b")]
    [InlineData("größe int", """{"größe":{"type":"integer"}}""", "größe")]
    public void A_short_form_is_converted_to_a_schema(string text, string properties, string required)
    {
        string names = required.Length == 0 ? "" : $$""","required":["{{required.Replace(",", "\",\"", StringComparison.Ordinal)}}"]""";
        string expected = $$"""{"type":"object","properties":{{properties}}{{names}},"additionalProperties":false}""";
        Assert.Equal(expected, ShortSchema.Parse(text).ToJsonString(ToolSchema.Compact));
    }

    [Theory]
    [InlineData("age integr", "'integr' in 'age integr' is not a type.")]
    [InlineData("1a int", "'1a int' is not a field.")]
    [InlineData("a int, a string", "The name 'a' occurs more than once.")]
    [InlineData(" , ", "It contains no fields.")]
    [InlineData("kind a|", "'a|' in 'kind a|' is not a type.")]
    [InlineData("x []", null)]
    public void Unreadable_input_is_rejected(string text, string? reason)
    {
        if (reason is null)
        {
            Assert.Equal("""{"type":"array","items":{"type":"string"}}""", ShortSchema.Parse(text)["properties"]!["x"]!.ToJsonString());
            return;
        }
        var refused = Assert.Throws<QwenException>(() => ShortSchema.Parse(text));
        Assert.Equal(QwenErrorKind.InvalidRequest, refused.Kind);
        Assert.StartsWith($"The schema cannot be read: {reason} Specify a hashtable", refused.Message, StringComparison.Ordinal);
    }
}
