using System.Text.Json;

namespace QwenChat.Emulator.Endpoints;

/// <summary>Checks the ranges of the options shared by Chat Completions and the native API, and reports the service's error messages (wire §12.3).</summary>
internal static class SamplingCheck
{
    public static void Run(JsonElement options, EmulatedModel model, Func<string, ApiRefusal> parameter)
    {
        if (options.Get("temperature") is { ValueKind: not JsonValueKind.Undefined } temperature && temperature.ValueKind != JsonValueKind.Number)
            throw parameter("'temperature' must be Float");
        Check(options, "temperature", value => value is >= 0 and < 2, "Temperature should be in [0.0, 2.0)");
        Check(options, "top_p", value => value is > 0 and <= 1, "Range of top_p should be (0.0, 1.0]");
        Check(options, "top_k", value => value >= 0, "Parameter top_k be greater than or equal to 0");
        Check(options, "repetition_penalty", value => value > 0, "Repetition_penalty should be greater than 0.0");
        Check(options, "presence_penalty", value => value is >= -2 and <= 2, "Presence_penalty should be in [-2.0, 2.0]");
        Check(options, "n", value => value is >= 1 and <= 4, "Range of n should be [1, 4]");
        if (options.Get("seed") is { ValueKind: JsonValueKind.Number } seed && seed.TryGetInt64(out long negative) && negative < 0)
            throw parameter($"{negative} is lesser than the minimum of 0 - 'seed'");
        Check(options, "seed", value => value <= long.MaxValue, "Range of seed should be [0, 9223372036854775807]");
        foreach (string name in (ReadOnlySpan<string>)["max_tokens", "max_completion_tokens"])
            Check(options, name, value => value >= 1 && value <= model.MaximumOutput, $"Range of {name} should be [1, {model.MaximumOutput}]");

        void Check(JsonElement element, string name, Func<double, bool> isIn, string message)
        {
            var value = element.Get(name);
            if (value.Exists() && (value.ValueKind != JsonValueKind.Number || !isIn(value.GetDouble())))
                throw parameter(message);
        }
    }
}
