using System.Text.Json.Nodes;

namespace QwenChat.Tests.Tools;

/// <summary>Creates random schemas. Each schema has a valid value, and invalid values that differ from the valid value at one position.</summary>
internal sealed class SchemaSample(Random random)
{
    private const int MaximumDepth = 3;

    public (JsonObject Schema, JsonObject Value, List<JsonNode?> Wrong) Object(int depth)
    {
        var (properties, required, value, wrong) = (new JsonObject(), new JsonArray(), new JsonObject(), new List<JsonNode?>());
        var members = Enumerable.Range(0, random.Next(1, 5)).Select(i => (Name: "p" + i, Sample: Any(depth + 1), IsRequired: random.Next(3) > 0)).ToArray();
        foreach (var (name, sample, isRequired) in members)
        {
            properties[name] = sample.Schema.DeepClone();
            value[name] = sample.Value?.DeepClone();
            if (isRequired)
                required.Add(name);
        }
        foreach (var (name, sample, isRequired) in members)
        {
            wrong.AddRange(sample.Wrong.Select(one => With(value, copy => copy[name] = one?.DeepClone())));
            if (isRequired)
                wrong.Add(With(value, copy => copy.Remove(name)));
        }
        wrong.Add(With(value, copy => copy["unknown"] = 1));
        wrong.Add("text");
        wrong.Add(null);
        return (new JsonObject { ["type"] = "object", ["properties"] = properties, ["required"] = required, ["additionalProperties"] = false }, value, wrong);
    }

    private (JsonObject Schema, JsonNode? Value, List<JsonNode?> Wrong) Any(int depth)
    {
        switch (random.Next(depth < MaximumDepth ? 9 : 6))
        {
            case 0:
                int least = random.Next(-5, 5);
                return (new JsonObject { ["type"] = "integer", ["minimum"] = least, ["maximum"] = least + 9 }, least + random.Next(10),
                    [least - 1, least + 10, least + 0.5, "1", true, null]);
            case 1:
                return (new JsonObject { ["type"] = "number", ["exclusiveMinimum"] = 0 }, random.NextDouble() + 0.1, [0, -1.5, "0.5", null]);
            case 2:
                return (new JsonObject { ["type"] = "boolean" }, random.Next(2) == 0, ["true", 0, null]);
            case 3:
                return (new JsonObject { ["type"] = "string", ["enum"] = new JsonArray("red", "green") }, "green", ["Green", "gre", "", 1, null]);
            case 4:
                return (new JsonObject { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = 4 },
                    new string('é', random.Next(1, 5)), ["", "12345", 12, null]);
            case 5:
                return (new JsonObject { ["type"] = new JsonArray("string", "null"), ["format"] = "date" }, random.Next(2) == 0 ? null : "2026-11-28",
                    ["28.11.2026", 20261128, new JsonArray()]);
            case 6:
                var (schema, inner, wrong) = Any(depth + 1);
                var list = new JsonArray(inner?.DeepClone(), inner?.DeepClone());
                return (new JsonObject { ["type"] = "array", ["items"] = schema, ["minItems"] = 1, ["maxItems"] = 3 }, list,
                    [.. wrong.Select(one => new JsonArray(inner?.DeepClone(), one?.DeepClone())), new JsonArray(), new JsonObject(), null]);
            case 7:
                return (new JsonObject { ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "integer" }, new JsonObject { ["type"] = "boolean" }) },
                    random.Next(2) == 0 ? random.Next() : true, ["1", 1.5, null]);
            default:
                return Object(depth);
        }
    }

    private static JsonObject With(JsonObject value, Action<JsonObject> change)
    {
        var copy = (JsonObject)value.DeepClone();
        change(copy);
        return copy;
    }
}
