using QwenChat.History;
using QwenChat.Http;
using QwenChat.Model;
using QwenChat.Saving;
using QwenChat.Storage.Sqlite;
using QwenChat.Store;
using QwenChat.Turn;
using Xunit;

namespace QwenChat.Tests.History;

/// <summary>A service and a store file for tests of the rules in docs/consistency.md. Each answer lists the user messages in the model's input.</summary>
public abstract class ConsistencyBed : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("qwenchat-").FullName;
    private readonly List<QwenStore> _stores = [];

    private protected FakeTime Time { get; } = new();

    private protected NoticeQueue Notices { get; } = new();

    private protected QwenEmulator Emulator { get; }

    private protected QwenConnection Connection { get; }

    private protected QwenClient Client { get; }

    protected ConsistencyBed()
    {
        Emulator = QwenEmulator.Start(new QwenEmulatorOptions
        {
            TimeProvider = Time,
            // The answer depends only on the messages, so two conversations with equal messages get equal answers.
            Reply = (prompt, _) => Answer ?? $"<{string.Join(",", prompt.Messages.Where(message => message.Role == "user").Select(message => message.Text))}>",
        });
        Connection = QwenConnection.To(Emulator.BaseUri, Emulator.ApiKey) with { MaximumRetryCount = 0 };
        Client = new QwenClient(Connection, Time, Transport.For);
    }

    private protected string? Answer { get; set; }

    private protected static CancellationToken None => CancellationToken.None;

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        foreach (var store in _stores)
            store.Dispose();
        Emulator.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private protected ConversationsApi Service => new(Connection, Transport.For(Connection), Notices);

    private protected QwenConversation New(QwenApi api = QwenApi.Conversations) => Client.NewConversation(api, new QwenOptions { Thinking = QwenThinking.Off });

    private protected QwenConversation Stored(QwenConversation conversation, string name)
    {
        conversation.Place = new StoreBinding(Open());
        conversation.Name = name;
        return conversation;
    }

    /// <summary>Opens the store as another process would.</summary>
    private protected QwenStore Open()
    {
        var store = new QwenStore("SQLite", "chats.db", SqliteStore.OpenAsync(Path.Combine(_folder, "chats.db"), TimeProvider.System, default).GetAwaiter()
            .GetResult());
        _stores.Add(store);
        return store;
    }

    private protected async Task<QwenConversation> ResumeAsync(string name) => (await RowsAsync()).Single(row => row.Name == name);

    /// <summary>Returns the conversations in the store as another process would read them.</summary>
    private protected async Task<List<QwenConversation>> RowsAsync()
    {
        var rows = new List<QwenConversation>();
        await foreach (var listed in StoreListing.ListAsync(Open(), null, Connection, None))
            rows.Add(listed.Conversation!);
        return rows;
    }

    private protected async Task<string> SendAsync(QwenConversation conversation, string message, bool noRebuild = false)
    {
        var request = new TurnRequest { Message = MessageDraft.OfText("user", message), NoRebuild = noRebuild };
        await foreach (var delta in Client.RunAsync(conversation, request with { Connection = conversation.Connection }, Notices, None))
        {
            if (delta.Reply is { } reply)
                return reply.Text;
        }
        throw new InvalidOperationException();
    }

    /// <summary>Sends a turn that the service processes although the request fails. The next request, which reads the items, also fails.</summary>
    private protected async Task FailAsync(QwenConversation conversation, string message, int status)
    {
        Emulator.AddFault(new QwenEmulatorFault { Status = status, AfterProcessing = true, Times = 2 });
        Assert.Equal(QwenErrorKind.ServiceUnavailable, (await Assert.ThrowsAsync<QwenException>(() => SendAsync(conversation, message))).Kind);
        Emulator.ClearFaults();
    }

    private protected async Task AddAsync(QwenConversation conversation, params string[] texts) =>
        await ConversationEdit.AddAsync(conversation, texts.Select(text => MessageDraft.OfText("user", text)).ToArray(), None, null, Notices);

    private protected async Task ArriveAsync(QwenConversation conversation, params (string Role, string Text)[] messages) => await Service.AddAsync(
        conversation.Held!.Id,
        messages.SelectMany(message => QwenChat.Protocols.ChatProtocol.For(QwenApi.Conversations, "")
            .WriteMessage(MessageDraft.OfText(message.Role, message.Text), default)).ToArray(), None);

    private protected async Task<string[]> LiveAsync(QwenConversation conversation) =>
        (await Service.ReadAllItemsAsync(conversation.Held!.Id, None)).Select(item => item.Text).ToArray();

    private protected async Task<string[]> UsersAsync(QwenConversation conversation) =>
        (await Service.ReadAllItemsAsync(conversation.Held!.Id, None)).Where(item => item.Role == "user").Select(item => item.Text).ToArray();

    private protected static string[] Messages(QwenConversation conversation) => conversation.Turns.Select(turn => turn.Message).ToArray();

    private protected string[] Warnings()
    {
        var texts = new List<string>();
        while (Notices.TryTake(out var notice))
        {
            if (notice.Level == NoticeLevel.Warning)
                texts.Add(notice.Text);
        }
        return [.. texts];
    }
}
