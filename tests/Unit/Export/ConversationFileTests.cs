using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using QwenChat.Export;
using QwenChat.Tests.Model;
using Xunit;

namespace QwenChat.Tests.Export;

public class ConversationFileTests
{
    [Fact]
    public void A_round_trip_loses_nothing() => Sample.AssertSame(Sample.Full(), Sample.Read(Sample.Json(Sample.Full())));

    [Theory]
    [InlineData(QwenApi.Responses)]
    [InlineData(QwenApi.ChatCompletions)]
    public void A_conversation_is_restored_unchanged(QwenApi api)
    {
        var conversation = Sample.Plain(3, api);
        conversation.MoveTo(conversation.Path.Take(2));
        conversation.AddPending([Sample.Item("{}", "message", "user")]);
        var record = ConversationFileContent.Of(conversation);
        var back = Sample.Read(Sample.Json(record)).Restore(Sample.Connection);
        Sample.AssertSame(record, ConversationFileContent.Of(back));
        // The usage includes the undone turns, because they were billed.
        Assert.Equal(60, back.Usage!.InputTokens);
        Assert.Equal(["Question 1", "Question 2"], back.Turns.Select(turn => turn.Message));
    }

    [Fact]
    public void Undone_turns_count_against_limits_after_an_import()
    {
        var conversation = Sample.Plain(3);
        conversation.MoveTo(conversation.Path.Take(1));
        Assert.Equal(75, conversation.Ledger.Tokens);
        var back = Sample.Read(Sample.Json(ConversationFileContent.Of(conversation))).Restore(Sample.Connection);
        Assert.Equal(conversation.Ledger.Counted, back.Ledger.Counted);
        Assert.Null(ConversationFileContent.Of(Sample.Plain(3)).State.Counted);
    }

    // A new property must be added to one of two lists. The first list contains the properties in the file; OptionTests checks Settings. The second list
    // contains computed properties, and the following properties, which must not be in the file:
    // - Connection and Defaults belong to the importing session. A connection also has a key.
    // - Held refers to an object on the service. An imported conversation creates a new object, and leaves the original unchanged.
    // - Store and Place refer to a store, and an imported conversation is in no store until it is saved.
    // - A turn gets a new Id, because the file may have been changed.
    // - WaitingSummary belongs to a failed turn.
    // - SummaryFailures, RecallFailures, KeepsNothingAt, TimesForgotten and InputLimit are determined again by later requests.
    // - Vectors are created again. Embeddings is the queue of turns to embed.
    // - Claims and Saving synchronize operations in the process.
    // - LastHead and a turn's Counted are computed again.
    [Theory]
    [InlineData(typeof(QwenConversation),
        "Id Api ApiKind CreatedAt Usage CallLines Settings PrefixBroken Transcript Path Pending Ledger AllSummaries",
        "ToolOptions "
            + "Summaries Summary WaitingSummary SummaryFailures RecallFailures Defaults HasNotBegun KeepsNothingAt TimesForgotten Embeddings InputLimit Model "
        + "Instructions Turns LastResponseId ExpiresAt Connection Store Place TurnCount Counted Held LastHead Claims Saving Items")]
    [InlineData(typeof(QwenTurn), "Number Items Usage State Model ResponseId CreatedAt InputCount Server Terms EstimatedUsage Requests Sent",
        "Message Text Thinking ServiceToolCalls Id SavedIn RefersToStore MayBeOdd HasMedia SpokenText Counted Vectors AnswerStart LastUsage")]
    [InlineData(typeof(QwenItem), "Id Type Role CreatedAt ExpiresAt Status Json",
        "Text Content ContentForm JsonLength Frame IsOnePiece Pieces TemporaryAddresses IsForDisplay IsAlwaysSent IsServiceToolCall MayHaveMedia")]
    [InlineData(typeof(QwenSummary), "LastTurn Text Model CreatedAt KeepVerbatim Usage EstimatedTokens EstimatedTokensBefore", "Through")]
    [InlineData(typeof(QwenUsage), "InputTokens OutputTokens TotalTokens CachedTokens ReasoningTokens CacheCreationTokens Tools")]
    public void Every_property_is_covered(Type type, string written, string left = "") => Assert.Equal(
        $"{written} {left}".Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(),
        type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Select(property => property.Name)
            .Except(["EqualityContract", .. SettingsSample.Names(type)]).Order());

    [Fact]
    public void The_bytes_of_an_item_are_in_the_file_unchanged()
    {
        string file = Encoding.UTF8.GetString(Sample.Json(Sample.Full()));
        foreach (var item in Sample.Full().Turns.SelectMany(turn => turn.Items))
            Assert.Contains("\"json\": " + Encoding.UTF8.GetString(item.Json.Span), file, StringComparison.Ordinal);
    }

    [Fact]
    public void The_file_contains_nothing_from_the_connection()
    {
        var key = new System.Net.NetworkCredential("", "sk-secret").SecurePassword;
        var connection = new QwenConnection { BaseUri = new Uri("https://user.example"), WorkspaceId = "llm-private", Key = key };
        var conversation = Sample.Full().Restore(connection);
        string file = Encoding.UTF8.GetString(Sample.Json(ConversationFileContent.Of(conversation)));
        Assert.DoesNotContain("sk-secret", file, StringComparison.Ordinal);
        Assert.DoesNotContain("llm-private", file, StringComparison.Ordinal);
        Assert.DoesNotContain("user.example", file, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reformatted_file_is_read_and_its_items_are_compacted()
    {
        string pretty =
            JsonNode.Parse(Sample.Json(ConversationFileContent.Of(Sample.Plain(1))))!.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
        var record = Sample.Read("\uFEFF" + pretty);
        Assert.Equal("""{"role":"user","content":"Question 1"}"""u8.ToArray(), record.Turns[0].Items[0].Json.ToArray());
    }

    [Fact]
    public void A_newer_version_is_rejected_with_advice() => Assert.Contains("Update the module",
        Sample.Refusal(() => Sample.Read("""{"format":"QwenChat.Conversation","version":2,"news":[]}""")), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("3")]
    [InlineData("{}")]
    [InlineData("{\"format\":\"other\"}")]
    [InlineData("{\"format\":\"QwenChat.Conversation\"}")]
    [InlineData("{\"format\":\"QwenChat.Conversation\",\"version\":\"1\"}")]
    [InlineData("{\"format\":\"QwenChat.Conversation\",\"version\":1}")]
    [InlineData("{\"format\":\"QwenChat.Conversation\",\"version\":0}")]
    [InlineData("{\"a\":1,}")]
    public void A_different_kind_of_file_is_rejected(string json) =>
    Assert.StartsWith("'a.json' cannot be imported: ", Sample.Refusal(() => Sample.Read(json)), StringComparison.Ordinal);

    [Fact]
    public void Deep_nesting_is_rejected()
    {
        string deep = string.Concat(Enumerable.Repeat("[", 100_000));
        Assert.Contains("too deeply nested", Sample.Refusal(() => Sample.Read(deep)), StringComparison.Ordinal);
        string file = Encoding.UTF8.GetString(Sample.Json(Sample.Full()));
        string Item(int depth) =>
            file.Replace("\"json\": {}", "\"json\": {\"content\":" + new string('[', depth - 1) + new string(']', depth - 1) + "}", StringComparison.Ordinal);
        Assert.Empty(Sample.Read(Item(64)).Turns[1].Items[0].Content);
        Assert.Contains("turns[1].items[0].json is too deeply nested", Sample.Refusal(() => Sample.Read(Item(65))), StringComparison.Ordinal);
    }

    [Fact]
    public void Invalid_text_is_rejected()
    {
        Assert.Contains("not valid UTF-8", Sample.Refusal(() => Sample.Read([(byte)'"', 0xFF, (byte)'"'])), StringComparison.Ordinal);
        Assert.Contains("invalid Unicode", Sample.Refusal(() => Sample.Read("""{"format":"\ud83d"}""")), StringComparison.Ordinal);
        Assert.Contains("invalid Unicode", Sample.Refusal(() => Sample.Read("""{"\uDC00":1}""")), StringComparison.Ordinal);
    }

    [Fact]
    public void Type_names_have_no_effect()
    {
        string file = Encoding.UTF8.GetString(Sample.Json(Sample.Full()));
        file = file.Replace("\"conversation\": {", "\"$type\": \"System.Diagnostics.Process\", \"conversation\": {\"$type\": \"System.IO.FileInfo, System\", ",
            StringComparison.Ordinal);
        Sample.AssertSame(Sample.Full(), Sample.Read(file));
    }

    [Theory]
    [InlineData("api", "\"responses\"")]
    [InlineData("api", "\"0\"")]
    [InlineData("api", "\"Responses, Conversations\"")]
    [InlineData("thinking", "\"on\"", "options")]
    [InlineData("state", "\"Done\"", "turns[0]")]
    [InlineData("number", "2", "turns[0]")]
    [InlineData("number", "99999999999", "turns[0]")]
    [InlineData("inputCount", "4", "turns[0]")]
    [InlineData("inputCount", "-1", "turns[0]")]
    [InlineData("inputTokens", "-1", "usage")]
    [InlineData("inputTokens", "1.5", "usage")]
    [InlineData("maxOutputTokens", "3000000000", "options")]
    [InlineData("temperature", "1e999", "options")]
    [InlineData("createdAt", "\"yesterday\"")]
    [InlineData("type", "\"\"", "items[0]")]
    [InlineData("json", "\"{}\"", "items[0]")]
    [InlineData("id", "\"\"", "conversation")]
    public void An_impossible_value_is_rejected_with_its_position(string member, string value, string place = "") =>
        Assert.Matches(System.Text.RegularExpressions.Regex.Escape(place) + @".*\b" + member, Refusal(member, JsonNode.Parse(value)!, place));

    // Replaces one value of the file at a time with values of other types. Each changed file must be read, or rejected with an import error.
    [Fact]
    public void A_wrong_type_anywhere_is_an_import_error()
    {
        byte[] file = Compact(JsonNode.Parse(Sample.Json(Sample.Full()))!);
        int places = CountValues(JsonNode.Parse(file)!);
        Assert.True(places > 100);
        int refused = 0;
        for (int place = 0; place < places; place++)
        {
            foreach (string wrong in (ReadOnlySpan<string>)["null", "true", "-1.5", "\"x\"", "[]", "{}", "[[1]]", "{\"a\":{}}"])
            {
                var changed = JsonNode.Parse(file)!;
                int at = place;
                Replace(changed, ref at, wrong);
                try
                {
                    var record = Sample.Read(Compact(changed));
                    Sample.Read(Sample.Json(record));
                    _ = record.Turns.Sum(turn => turn.Text.Length + turn.Message.Length + turn.Thinking.Length + turn.Items.Sum(item => item.Content.Count));
                }
                catch (QwenException refusal) when (refusal.Kind == QwenErrorKind.ImportInvalid)
                {
                    refused++;
                }
            }
        }
        Assert.True(refused > places * 2);
    }

    [Theory]
    [InlineData(".json", "Remove embedded media from the file.")]
    [InlineData(".jsonl", "If each line is a transcript, split the file. Otherwise, remove embedded media from it.")]
    public void A_file_that_is_too_large_is_not_read(string extension, string advice)
    {
        string path = Path.Combine(Path.GetTempPath(), Guid.NewGuid() + extension);
        try
        {
            using (var file = File.OpenWrite(path))
                file.SetLength(FileSource.MaximumBytes + 1);
            Assert.Equal($"'{path}' cannot be imported: its size is 209,715,201 bytes, and the maximum is 209,715,200 bytes. {advice}",
                Sample.Refusal(() => FileSource.ReadFile(path)));
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Changes the value of the first member with the specified name below a path, and returns the import error.</summary>
    private static string Refusal(string member, JsonNode value, string below = "")
    {
        var file = JsonNode.Parse(Sample.Json(Sample.Full()))!;
        JsonNode at = file;
        foreach (string step in below.Split('.', '[', ']').Where(step => step.Length > 0))
            at = int.TryParse(step, out int index) ? at[index]! : Find(at, step)![step]!;
        Find(at, member)![member] = value;
        return Sample.Refusal(() => Sample.Read(Compact(file)));
    }

    private static JsonNode? Find(JsonNode? node, string member) => node switch
    {
        JsonObject found when found.ContainsKey(member) => found,
        JsonObject children => children.Select(child => Find(child.Value, member)).FirstOrDefault(found => found is not null),
        JsonArray elements => elements.Select(element => Find(element, member)).FirstOrDefault(found => found is not null),
        _ => null,
    };

    private static byte[] Compact(JsonNode node)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { MaxDepth = 200 }))
            node.WriteTo(writer);
        return stream.ToArray();
    }

    private static int CountValues(JsonNode? node) => 1 + node switch
    {
        JsonObject members => members.Sum(member => CountValues(member.Value)),
        JsonArray elements => elements.Sum(CountValues),
        _ => 0,
    };

    private static void Replace(JsonNode node, ref int at, string value)
    {
        var members = node as JsonObject;
        foreach (var (name, child) in members?.ToArray() ?? [])
        {
            if (at-- == 0)
                members![name] = JsonNode.Parse(value);
            else if (child is not null)
                Replace(child, ref at, value);
            if (at < 0)
                return;
        }
        for (int i = 0; node is JsonArray elements && i < elements.Count; i++)
        {
            if (at-- == 0)
                elements[i] = JsonNode.Parse(value);
            else if (elements[i] is { } child)
                Replace(child, ref at, value);
            if (at < 0)
                return;
        }
    }
}
