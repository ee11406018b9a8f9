using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using QwenChat.Catalogue;
using Xunit;

namespace QwenChat.Tests.Emulator;

public sealed partial class StrictnessTests
{
    [Fact]
    public async Task Each_of_several_choices_is_answered()
    {
        var answer = await ChatAsync("qwen-plus", """{"role":"user","content":"Hi"}""", ""","n":2""");
        Assert.Equal([(0, "One two three.", "stop"), (1, "Four five six.", "stop")], answer.GetProperty("choices").EnumerateArray().Select(choice =>
            (choice.GetProperty("index").GetInt32(), choice.GetProperty("message").GetProperty("content").GetString(), choice.GetProperty("finish_reason")
            .GetString())));
        Assert.Equal(8, answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task Streamed_choices_have_their_index()
    {
        string text =
            await _client.PostTextAsync(EmulatorClient.Chat, """{"model":"qwen-plus","stream":true,"n":2,"messages":[{"role":"user","content":"Hi"}]}""");
        var texts = new string[2];
        foreach (string line in text.Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal)))
        {
            using var chunk = JsonDocument.Parse(line["data: ".Length..]);
            var choice = chunk.RootElement.GetProperty("choices")[0];
            texts[choice.GetProperty("index").GetInt32()] += choice.GetProperty("delta").GetProperty("content").GetString();
        }
        Assert.Equal(["One two three.", "Four five six."], texts);
    }

    [Fact]
    public async Task The_native_API_also_answers_several_choices()
    {
        var answer = await NativeAsync(Native, "qwen-plus", """{"role":"user","content":"Hi"}""", ""","n":2,"result_format":"message" """, HttpStatusCode.OK);
        Assert.Equal([(0, "One two three."), (1, "Four five six.")], answer.GetProperty("output").GetProperty("choices").EnumerateArray().Select(choice =>
            (choice.GetProperty("index").GetInt32(), choice.GetProperty("message").GetProperty("content").GetString())));
    }

    [Theory]
    [InlineData(""","n":2,"enable_thinking":true""")]
    [InlineData(""","n":2,"tools":[{"type":"function","function":{"name":"get"}}]""")]
    public async Task Several_choices_cannot_be_combined_with_thinking_or_tools(string option) =>
        Assert.Equal("Range of n should be [1, 1]",
        Message(await ChatAsync("qwen-plus", """{"role":"user","content":"Hi"}""", option, HttpStatusCode.BadRequest)));

    [Theory]
    [InlineData("\" three\"", "One two")]
    [InlineData("""["five","two"]""", "One ")]
    [InlineData("[1,2]", "One two three.")]
    [InlineData("[[1],[2]]", "One two three.")]
    public async Task An_answer_ends_before_a_stop_sequence(string stop, string expected)
    {
        var answer = await ChatAsync("qwen-plus", """{"role":"user","content":"Hi"}""", $",\"stop\":{stop}");
        var choice = answer.GetProperty("choices")[0];
        Assert.Equal((expected, "stop"), (choice.GetProperty("message").GetProperty("content").GetString(), choice.GetProperty("finish_reason").GetString()));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("""["a",1]""")]
    [InlineData("{}")]
    public async Task A_stop_sequence_of_a_different_type_is_rejected(string stop) =>
        Assert.Equal(StopForms, Message(await ChatAsync("qwen-plus", """{"role":"user","content":"Hi"}""", $",\"stop\":{stop}", HttpStatusCode.BadRequest)));

    [Fact]
    public async Task A_response_is_retrieved_as_one_body_even_if_a_stream_is_requested()
    {
        string id = (await _client.RespondAsync("Hi")).GetProperty("id").GetString()!;
        var stored = await _client.GetJsonAsync($"{EmulatorClient.Responses}/{id}?stream=true");
        Assert.Equal(("response", "One two three."), (stored.GetProperty("object").GetString(), EmulatorClient.OutputText(stored)));
    }

    [Fact]
    public async Task The_models_are_those_of_the_catalog()
    {
        var list = await _client.GetJsonAsync("/compatible-mode/v1/models");
        Assert.Equal(ModelCatalogue.All.Select(model => model.Id), list.GetProperty("data").EnumerateArray()
            .Select(model => model.GetProperty("id").GetString()));
        Assert.Equal("qwen-plus", (await _client.GetJsonAsync("/compatible-mode/v1/models/qwen-plus")).GetProperty("id").GetString());
        await _client.GetJsonAsync("/compatible-mode/v1/models/no-such-model", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task An_input_that_is_too_long_for_Responses_loses_its_middle()
    {
        IReadOnlyList<QwenEmulatorMessage> given = [];
        using var client = new EmulatorClient(new QwenEmulatorOptions
        {
            MaximumInputTokens = 200,
            Reply = (prompt, _) =>
            {
                given = prompt.Messages;
                return "Yes.";
            },
        });
        string items =
            string.Join(",", Enumerable.Range(1, 12).Select(i => $$"""{"role":"user","content":"{{i}} one two three four five six seven eight nine ten"}"""));
        var answer = await client.PostJsonAsync(EmulatorClient.Responses, $$"""{"model":"qwen-plus","input":[{{items}}]}""");
        int[] kept = given.Select(message => int.Parse(message.Text.Split(' ')[0])).ToArray();
        Assert.Equal((1, 12), (kept[0], kept[^1]));
        Assert.InRange(kept.Length, 3, 11);
        // The omitted items are consecutive, in the middle of the input.
        Assert.Single(kept.Zip(kept.Skip(1)), pair => pair.Second != pair.First + 1);
        Assert.InRange(answer.GetProperty("usage").GetProperty("input_tokens").GetInt32(), 120, 160);
    }

    [Theory]
    [InlineData("qwen3.5-plus", 1_000_000, 90_000)]
    [InlineData("qwen3.5-35b-a3b", 262_144, 90_000)]
    [InlineData("qwen3.6-plus", 1_000_000, 800_000)]
    [InlineData("deepseek-v4.1-flash", 1_000_000, 755_000)]
    public void The_input_that_Responses_reads_depends_on_the_model(string model, int window, int expected) =>
        Assert.Equal(expected, new QwenChat.Emulator.EmulatedModel(model).ResponsesInput(window));

    [Fact]
    public void Each_assumption_about_the_service_is_in_the_help()
    {
        string source = Path.Combine(TestFiles.Root, "src", "QwenChat", "Emulator");
        string code = string.Concat(Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        string help = File.ReadAllText(Path.Combine(TestFiles.Root, "docs", "en-US", "Start-QwenEmulator.md"));
        var cited = Regex.Matches(code, @"\[(A\d+)\]").Select(match => match.Groups[1].Value).Distinct().Order().ToArray();
        Assert.Equal(cited, Regex.Matches(help, @"^- (A\d+): ", RegexOptions.Multiline).Select(match => match.Groups[1].Value).Order());
        // A sentence in the code that says "assumed" must also contain the number of the assumption.
        Assert.DoesNotContain(Regex.Matches(code, @"\bassumed\b[^.]*", RegexOptions.IgnoreCase),
            match => !match.Value.Contains("[A", StringComparison.Ordinal));
    }

    private static string? Message(JsonElement error) => error.GetProperty("error").GetProperty("message").GetString();

    private Task<JsonElement> ChatAsync(string model, string messages, string options = "", HttpStatusCode status = HttpStatusCode.OK) =>
        _client.PostJsonAsync(EmulatorClient.Chat, $$"""{"model":"{{model}}","messages":[{{messages}}]{{options}}}""", status);

    private Task<JsonElement> NativeAsync(string path, string model, string messages, string parameters, HttpStatusCode status) =>
        _client.PostJsonAsync(path, $$$"""{"model":"{{{model}}}","input":{"messages":[{{{messages}}}]},"parameters":{"seed":1{{{parameters}}}}}""", status);
}
