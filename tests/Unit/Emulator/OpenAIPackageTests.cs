#pragma warning disable OPENAI001 // The package calls its Responses and Conversations clients experimental.
using System.ClientModel;
using System.Text.Json;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Conversations;
using OpenAI.Responses;
using Xunit;

namespace QwenChat.Tests.Emulator;

/// <summary>Tests the emulator with an independent client: the official OpenAI package, which has its own typed readers.</summary>
public sealed class OpenAIPackageTests : IDisposable
{
    private readonly EmulatorClient _client = new();

    public void Dispose() => _client.Dispose();

    private ApiKeyCredential Key => new(_client.Key);

    private OpenAIClientOptions Options => new() { Endpoint = _client.Emulator.CompatibleUri };

    private ResponsesClientOptions ResponsesOptions => new() { Endpoint = _client.Emulator.CompatibleUri };

    private ConversationClientOptions ConversationOptions => new() { Endpoint = _client.Emulator.CompatibleUri };

    [Fact]
    public async Task The_package_runs_a_chat()
    {
        var chat = new ChatClient("qwen-plus", Key, Options);
        var messages = new List<ChatMessage> { new SystemChatMessage("Be brief."), new UserChatMessage("My name is Ada.") };
        ChatCompletion first = await chat.CompleteChatAsync(messages);
        messages.Add(new AssistantChatMessage(first));
        messages.Add(new UserChatMessage("What is my name?"));
        ChatCompletion second = await chat.CompleteChatAsync(messages);
        Assert.Equal("Your name is Ada.", second.Content[0].Text);
        Assert.Equal(ChatFinishReason.Stop, second.FinishReason);
        Assert.True(second.Usage.InputTokenCount > first.Usage.InputTokenCount);
    }

    [Theory]
    [InlineData("qwen-plus")]
    [InlineData("qwen3.7-plus")]
    public async Task The_package_reads_a_streamed_chat(string model)
    {
        var chat = new ChatClient(model, Key, Options);
        string text = "";
        ChatFinishReason? reason = null;
        ChatTokenUsage? usage = null;
        await foreach (var update in chat.CompleteChatStreamingAsync([new UserChatMessage("Hello")]))
        {
            text += string.Concat(update.ContentUpdate.Select(part => part.Text));
            reason ??= update.FinishReason;
            usage ??= update.Usage;
        }
        Assert.Equal("You said: \"Hello\". This is the beginning of our conversation.", text);
        Assert.Equal(ChatFinishReason.Stop, reason);
        Assert.True(usage!.OutputTokenCount > 0);
    }

    [Theory]
    [InlineData("qwen-plus")]
    [InlineData("qwen3.7-plus")]
    public async Task The_package_continues_a_response(string model)
    {
        var responses = new ResponsesClient(Key, ResponsesOptions);
        ResponseResult first = await responses.CreateResponseAsync(model, "My name is Ada.");
        ResponseResult second = await responses.CreateResponseAsync(model, "What is my name?", first.Id);
        Assert.Equal("Your name is Ada.", second.GetOutputText());
        Assert.Equal(ResponseStatus.Completed, second.Status);
        Assert.InRange(second.CreatedAt, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(1));
        Assert.Equal(second.GetOutputText(), (await responses.GetResponseAsync(second.Id)).Value.GetOutputText());
        Assert.True((await responses.DeleteResponseAsync(second.Id)).Value.Deleted);
    }

    [Theory]
    [InlineData("qwen-plus")]
    [InlineData("qwen3.7-plus")]
    public async Task The_package_continues_a_streamed_response(string model)
    {
        var responses = new ResponsesClient(Key, ResponsesOptions);
        var (_, id) = await StreamAsync(responses, new CreateResponseOptions(model, [ResponseItem.CreateUserMessageItem("My name is Ada.")]));
        var (text, _) = await StreamAsync(responses,
            new CreateResponseOptions(model, [ResponseItem.CreateUserMessageItem("What is my name?")]) { PreviousResponseId = id });
        Assert.Equal("Your name is Ada.", text);
    }

    [Fact]
    public async Task The_package_reads_the_input_items_of_a_response()
    {
        var responses = new ResponsesClient(Key, ResponsesOptions);
        ResponseResult first = await responses.CreateResponseAsync("qwen-plus", "One");
        ResponseResult second = await responses.CreateResponseAsync("qwen-plus", "Two", first.Id);
        // Raw pages are used, because the package's typed page requires "object" and times in seconds, which the service's list lacks (wire §2.7).
        var page =
            await responses.GetResponseInputItemCollectionPageAsync(second.Id, 10, "asc", null, null, new System.ClientModel.Primitives.RequestOptions());
        using var json = JsonDocument.Parse(page.GetRawResponse().Content);
        Assert.Equal(3, json.RootElement.GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task The_package_uses_a_conversation()
    {
        var conversations = new ConversationClient(Key, ConversationOptions);
        var made = await conversations.CreateConversationAsync(BinaryContent.Create(BinaryData.FromString("""{"metadata":{"topic":"demo"}}""")));
        using var conversation = JsonDocument.Parse(made.GetRawResponse().Content);
        string id = conversation.RootElement.GetProperty("id").GetString()!;
        // The service's times are in milliseconds (wire §3); read as seconds, they give an impossible year.
        long createdAt = conversation.RootElement.GetProperty("created_at").GetInt64();
        Assert.Throws<ArgumentOutOfRangeException>(() => DateTimeOffset.FromUnixTimeSeconds(createdAt));

        var responses = new ResponsesClient(Key, ResponsesOptions);
        await responses.CreateResponseAsync(Turn(id, "My name is Ada."));
        ResponseResult second = await responses.CreateResponseAsync(Turn(id, "What is my name?"));
        Assert.Equal("Your name is Ada.", second.GetOutputText());
        Assert.Equal(id, second.ConversationOptions.ConversationId);

        var texts = new List<string>();
        string? after = null;
        for (bool more = true; more;)
        {
            // The package's own paging ends after one page, regardless of "has_more".
            await foreach (var page in conversations.GetConversationItemsAsync(id, 3, "asc", after).GetRawPagesAsync())
            {
                using var json = JsonDocument.Parse(page.GetRawResponse().Content);
                texts.AddRange(json.RootElement.GetProperty("data").EnumerateArray()
                    .Select(item => item.GetProperty("content")[0].GetProperty("text").GetString()!));
                after = json.RootElement.GetProperty("last_id").GetString();
                more = json.RootElement.GetProperty("has_more").GetBoolean();
            }
        }
        Assert.Equal(4, texts.Count);
        Assert.Equal("Your name is Ada.", texts[^1]);
        await conversations.DeleteConversationAsync(id);
        var gone = await Assert.ThrowsAsync<ClientResultException>(() => conversations.GetConversationAsync(id));
        Assert.Equal(400, gone.Status);
    }

    [Fact]
    public async Task The_package_reads_an_error()
    {
        var chat = new ChatClient("no-such-model", Key, Options);
        var error = await Assert.ThrowsAsync<ClientResultException>(() => chat.CompleteChatAsync("Hi"));
        Assert.Equal(404, error.Status);
        Assert.Contains("does not exist or you do not have access to it", error.Message, StringComparison.Ordinal);
    }

    private static CreateResponseOptions Turn(string conversationId, string text) =>
        new("qwen-plus", [ResponseItem.CreateUserMessageItem(text)]) { ConversationOptions = new ResponseConversationOptions(conversationId) };

    private static async Task<(string Text, string Id)> StreamAsync(ResponsesClient responses, CreateResponseOptions options)
    {
        options.StreamingEnabled = true;
        string text = "", id = "";
        await foreach (var update in await responses.CreateResponseStreamingAsync(options))
        {
            if (update is StreamingResponseOutputTextDeltaUpdate delta)
                text += delta.Delta;
            else if (update is StreamingResponseCompletedUpdate completed)
                id = completed.Response.Id;
        }
        Assert.NotEqual("", id);
        return (text, id);
    }
}
