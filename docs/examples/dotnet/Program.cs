// The conversation of ../demo.ps1 in C#, without PowerShell: three rounds over each API with the emulator, which runs in this process.
// Run it by  dotnet run --project docs/examples/dotnet

using QwenChat;

string[] questions =
[
    "Recommend a city suitable for summer travel.",
    "What are the must-try foods there?",
    "How many days should I plan?",
];

using var emulator = QwenEmulator.Start();
Console.WriteLine($"The answers come from QwenChat's emulator at {emulator.BaseUri}, not from a model.");

var connection = QwenConnection.To(emulator.BaseUri, emulator.ApiKey);
await HoldConversationAsync("Responses: the service keeps the history", QwenApi.Responses, connection);
await HoldConversationAsync("Conversations: the service keeps the history as an object", QwenApi.Conversations, connection);
await HoldConversationAsync("Chat Completions: the caller keeps the history", QwenApi.ChatCompletions, connection);
await HoldConversationAsync("DashScope native: the caller keeps the history", QwenApi.DashScope, connection);

var older = connection with { ResponsesBaseUri = new Uri(emulator.BaseUri, "api/v2/apps/protocols/compatible-mode/v1") };
await HoldConversationAsync("Responses, at its older address", QwenApi.Responses, older);

async Task HoldConversationAsync(string title, QwenApi api, QwenConnection to)
{
    Console.WriteLine($"\n{title}\n{new string('-', title.Length)}");
    var client = new QwenClient(to);
    var conversation = client.NewConversation(api, new QwenOptions { Instructions = "You are a travel advisor." });
    foreach (string question in questions[..^1])
    {
        Console.WriteLine($"You:  {question}");
        var reply = await client.SendAsync(conversation, question);
        Console.WriteLine($"Qwen: {Indent(reply.Text)}");
    }

    // The last round as a stream: the same turn, shown as it comes.
    Console.WriteLine($"You:  {questions[^1]}");
    Console.Write("Qwen: ");
    await foreach (var delta in client.StreamAsync(conversation, questions[^1]))
    {
        if (delta.Kind == QwenReplyDeltaKind.Text)
            Console.Write(Indent(delta.Text));
    }
    Console.WriteLine($"\n      {conversation.Turns.Count} turns, {conversation.Usage?.InputTokens} tokens in, {conversation.Usage?.OutputTokens} tokens out");
}

static string Indent(string text) => text.ReplaceLineEndings("\n      ");
