using System.Collections.Concurrent;
using QwenChat.Export;
using QwenChat.History;
using QwenChat.Model;
using QwenChat.Saving;
using QwenChat.Turn;

namespace QwenChat.Tests.Reliability.Walk;

/// <summary>
/// Runs one sequence of steps on conversations with the emulator and a store. After every step, compares the transcript, the row and the model's input
/// with the expected state. At the end, continues each conversation once more.
/// </summary>
internal sealed partial class WalkRun : IAsyncDisposable
{
    private readonly QwenApi _api;
    private readonly bool _alike;
    private readonly bool _withProcesses;
    private readonly QwenEmulator _emulator;
    private readonly WalkPlace _place;
    private readonly QwenConnection _connection;
    private readonly QwenClient _client;
    private readonly ConcurrentQueue<(string[] Messages, string Answer)> _given = new();
    private readonly List<WalkMember> _members = [];
    private readonly List<QwenStore> _stores = [];
    private readonly HashSet<string> _rows = [];
    private int _said;
    private int _answers;

    /// <param name="api">The API of the first conversations.</param>
    /// <param name="storageFolder">The folder of the storage assembly.</param>
    /// <param name="store">The path of a file, or a connection string.</param>
    /// <param name="isFile">Whether the store is a file.</param>
    /// <param name="alike">Whether messages and answers repeat.</param>
    /// <param name="withProcesses">Whether some conversations may be in other processes.</param>
    public WalkRun(QwenApi api, string storageFolder, string store, bool isFile, bool alike, bool withProcesses)
    {
        (_api, _alike, _withProcesses) = (api, alike, withProcesses);
        _emulator = QwenEmulator.Start(new QwenEmulatorOptions
        {
            Reply = (prompt, _) =>
            {
                string answer = alike ? "ok one two three four five" : $"a{Interlocked.Increment(ref _answers)} one two three four five";
                _given.Enqueue((prompt.Messages.Select(message => $"{message.Role}|{message.Text}").ToArray(), answer));
                return answer;
            },
        });
        _place = new WalkPlace(_emulator.BaseUri, Reveal(_emulator.ApiKey), storageFolder, store, isFile);
        _connection = _place.Connect();
        _client = new QwenClient(_connection);
    }

    /// <summary>Whether the expected state deliberately omits the answers. The walk must then report a failure.</summary>
    public bool Forgets { get; init; }

    public int Done { get; private set; }

    /// <exception cref="WalkFailureException">A rule was broken.</exception>
    public async Task RunAsync(IReadOnlyList<WalkOperation> operations)
    {
        await DoAsync(new WalkOperation("new", 0, 0, 0));
        foreach (var operation in operations)
        {
            await DoAsync(operation);
            Done++;
        }
        foreach (var member in _members.ToArray())
        {
            await SendAsync(member, actor => actor.SendAsync(Next()));
            await CheckObjectAsync(member);
        }
        await CheckRowsAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members)
            await member.Actor.DisposeAsync();
        // In PostgreSQL, all sequences share a database.
        foreach (string row in _stores.Count == 0 ? [] : _rows)
            await _stores[0].Backend.DeleteAsync(row, default);
        foreach (var store in _stores)
            store.Dispose();
        _emulator.Dispose();
    }

    private string LastSaid => _alike ? s_words[(_said - 1) % 2] : $"u{_said}";

    private static readonly string[] s_words = ["yes", "no"];

    private async Task DoAsync(WalkOperation step)
    {
        if (step.Kind == "new")
        {
            await JoinAsync(new LocalActor(_client,
                _client.NewConversation(_api, new QwenOptions { Thinking = QwenThinking.Off, Instructions = step.A % 2 == 0 ? null : $"sys{step.A}" })), _api,
                    new WalkParty());
            return;
        }
        if (step.Kind == "advance")
        {
            // The clock of another process cannot be advanced.
            if (!_members.Exists(member => member.IsElsewhere))
                _emulator.AdvanceClock(TimeSpan.FromDays(0.5 + step.A % 9));
            return;
        }
        var one = _members[step.Target % _members.Count];
        var local = one.Actor as LocalActor;
        switch (step.Kind)
        {
            case "send": await SendAsync(one, actor => actor.SendAsync(Next())); break;
            case "fault": await SendAsync(one, actor => actor.SendAsync(Next()), WalkFaults.Of(step.A, _alike)); break;
            case "add": await AddAsync(one, step.B % 2 == 0 ? "user" : "assistant", 1); break;
            case "addmany": await AddAsync(one, "user", 25); break;
            case "addfault": await AddAsync(one, "user", step.B % 5 == 0 ? 25 : 1, WalkFaults.Of(step.A, _alike)); break;
            case "undo": await UndoAsync(one, step.A, null); break;
            case "undofault": await UndoAsync(one, step.A, WalkFaults.Of(step.B, _alike)); break;
            case "instructions": await ChangeAsync(one, actor => actor.InstructAsync($"sys{step.A}"), () => one.Instructions = $"sys{step.A}"); break;
            case "process" when _withProcesses && !_alike: await ProcessAsync(one); break;
            case "stream" when local is not null: await SendAsync(one, _ => local.StreamAsync(Next()), step.A % 3 == 0
            ? WalkFaults.Of(step.B, _alike) : null); break;
            case "stop" when local is not null: await SendAsync(one, _ => local.StopAsync(Next(), 1 + step.A % 4)); break;
            case "remove" when local is not null: await RemoveAsync(one, local, step.A, null); break;
            case "removefault" when local is not null: await RemoveAsync(one, local, step.A, WalkFaults.Of(step.B, _alike)); break;
            case "metadata" when local is not null: await ChangeAsync(one, _ => local.DescribeAsync($"v{step.A}"), () => { }, step.B % 3 == 0
            ? WalkFaults.Of(step.B, _alike) : null); break;
            case "branch" when local?.Reply is { } reply: await JoinAsync(new LocalActor(_client, reply.Continue()), one.Api, new WalkParty()); break;
            case "copy" when local is not null: await CopyAsync(one,
            ConversationEdit.Copy(local.Conversation, local.Conversation.Path, true, null, new NoticeQueue())); break;
            case "move" when local is not null: await CopyAsync(one,
            ConversationEdit.Copy(local.Conversation, local.Conversation.Path, true, (QwenApi)(step.A % 4), new NoticeQueue())); break;
            case "file" when local is not null: await CopyAsync(one, ThroughFile(local.Conversation)); break;
            case "store" when local is not null: await StoreAsync(one, local); break;
            case "resume" when local is not null: await ResumeAsync(one, local); break;
            case "twin" when local is { Conversation.Place.Header: not null }: await JoinAsync(
            new LocalActor(_client, await LoadAsync(local.Conversation.Place!.Id!)), one.Api, one.Party, one.IsAttached); break;
            case "attach" when !_alike && local is { Conversation.Held: { } held }:
                await IgnoringAsync(async () => await JoinAsync(
                    new LocalActor(_client, await _client.AttachToConversationAsync(held.Id, new QwenOptions { Thinking = QwenThinking.Off }, new NoticeQueue(),
                        default)), one.Api, one.Party, isAttached: true));
                break;
            case "lose" when local is not null: await LoseAsync(local); break;
            case "drop" when local is not null: await ChangeAsync(one, _ => local.DropAsync(), () => { }); break;
            case "dropfault" when local is not null: await ChangeAsync(one, _ => local.DropAsync(), () => { }, WalkFaults.Of(step.A, _alike)); break;
            case "late" when local is { Conversation.Held: not null }: await ArriveLateAsync(one, local); break;
        }
    }

    private async Task SendAsync(WalkMember one, Func<IWalkActor, Task> send, QwenEmulatorFault? fault = null)
    {
        _given.Clear();
        var before = one.Pending.ToList();
        bool failed = await TryAsync(() => send(one.Actor), fault);
        string message = LastSaid;
        var given = _given.ToArray();
        one.Party.Say(one, given.Select(request => "assistant|" + request.Answer).Append("user|" + message));
        if (failed && (one.IsAttached || (fault is not null && WalkFaults.IsLie(fault))) && given.Length > 0)
            one.Party.Ghosts.UnionWith(given.Select(request => "assistant|" + request.Answer).Append("user|" + message));
        var state = await one.Actor.ReadAsync();
        foreach (var (seen, _) in given)
        {
            WalkCheck.Seen(one, state, seen, failed ? message : null);
            if (!_alike && seen.Where(said => said.StartsWith("user|", StringComparison.Ordinal)).GroupBy(said => said)
                .FirstOrDefault(group => group.Count() > 1) is { } twice)
                throw new WalkFailureException("seen-twice", $"'{twice.Key}' in [{string.Join(" / ", seen)}]");
        }
        if (!failed)
        {
            string answer = state.Turns.LastOrDefault()?.LastOrDefault() ?? "";
            if (!given.Any(request => ("assistant|" + request.Answer).StartsWith(answer, StringComparison.Ordinal)))
                throw new WalkFailureException("answer", $"'{answer}' is none of [{string.Join(" / ", given.Select(request => request.Answer))}]");
            one.Turns.Add(Forgets ? [.. before, "user|" + message] : [.. before, "user|" + message, answer]);
            one.Pending.Clear();
        }
        await VerifyAsync(one, state);
    }

    private Task AddAsync(WalkMember one, string role, int count, QwenEmulatorFault? fault = null)
    {
        string[] texts = Enumerable.Range(0, count).Select(_ => Next()).ToArray();
        string[] said = texts.Select(text => $"{role}|{text}").ToArray();
        one.Party.Say(one, said);
        if (fault is not null && (one.IsAttached || WalkFaults.IsLie(fault)))
            one.Party.Ghosts.UnionWith(said);
        return ChangeAsync(one, actor => actor.AddAsync(role, texts), () => one.Pending.AddRange(said), fault);
    }

    private Task UndoAsync(WalkMember one, int number, QwenEmulatorFault? fault)
    {
        if (one.Turns.Count == 0)
            return Task.CompletedTask;
        int count = number % 2 == 0 ? 1 : 1 + number % one.Turns.Count;
        return ChangeAsync(one, actor => actor.UndoAsync(count), () =>
        {
            one.Party.Removed.UnionWith(one.Turns.TakeLast(count).SelectMany(turn => turn));
            one.Turns.RemoveRange(one.Turns.Count - count, count);
        }, fault);
    }

    private async Task RemoveAsync(WalkMember one, LocalActor local, int number, QwenEmulatorFault? fault)
    {
        var places = local.Conversation.Turns.SelectMany((turn, t) => turn.Items.Where(item => item.Type == "message")
            .Select((item, i) => (Item: item, Turn: t, Index: i)))
            .Concat(local.Conversation.Pending.Select((item, i) => (Item: item, Turn: -1, Index: i))).ToArray();
        if (places.Length == 0 || places[number % places.Length] is not { Item.Id: { } id } place || places.Count(other => other.Item.Id == id) > 1)
            return;
        await ChangeAsync(one, _ => local.RemoveItemAsync(id), () =>
        {
            one.Party.Removed.Add($"{place.Item.Role}|{place.Item.Text}");
            var list = place.Turn < 0 ? one.Pending : one.Turns[place.Turn];
            list.RemoveAt(place.Index);
            if (place.Turn >= 0 && local.Conversation.Turns.Count < one.Turns.Count && list.Count == 0)
                one.Turns.RemoveAt(place.Turn);
        }, fault);
    }

    /// <summary>Makes a change, which must be applied completely or not at all.</summary>
    private async Task ChangeAsync(WalkMember one, Func<IWalkActor, Task> change, Action model, QwenEmulatorFault? fault = null)
    {
        if (!await TryAsync(() => change(one.Actor), fault))
            model();
        await VerifyAsync(one, await one.Actor.ReadAsync());
    }

    private async Task CopyAsync(WalkMember one, QwenConversation copy)
    {
        WalkCheck.Same("copy", one.All, WalkState.Of(copy).All);
        await JoinAsync(new LocalActor(_client, copy), copy.ApiKind, new WalkParty());
    }

    /// <summary>Exports a conversation to a file, and imports it again.</summary>
    private QwenConversation ThroughFile(QwenConversation conversation)
    {
        using var file = new MemoryStream();
        ConversationFile.Write(file, ConversationFileContent.Of(conversation), DateTimeOffset.UtcNow);
        return ConversationFile.Read(file.ToArray(), "walk.json", new QwenOptions(), DateTimeOffset.UtcNow, new NoticeQueue()).Restore(_connection);
    }

    private async Task StoreAsync(WalkMember one, LocalActor local)
    {
        if (local.Conversation.Place is { Header: not null })
            return;
        await ConversationSaving.ChangeAsync(local.Conversation, _ => { }, await OpenAsync(), new NoticeQueue(), default);
        await VerifyAsync(one, await one.Actor.ReadAsync());
    }

    /// <summary>Continues the conversation in another session, which loads it from the store.</summary>
    private async Task ResumeAsync(WalkMember one, LocalActor local)
    {
        if (local.Conversation.Place is not { Header: not null, IsBehind: false } place)
            return;
        var record = await (await OpenAsync()).Backend.FindAsync(place.Id!, default) ?? throw new WalkFailureException("row-lost", place.Id!);
        var loaded = await LoadAsync(place.Id!);
        bool isCurrent = record.Version == place.Version && record.Tip == place.Tip;
        one.Actor = new LocalActor(_client, loaded);
        var state = await one.Actor.ReadAsync();
        if (isCurrent)
            WalkCheck.Transcript(one, state);
        one.Take(state);
    }

    private async Task ProcessAsync(WalkMember one)
    {
        if (_members.Exists(member => member.IsElsewhere) || one.Conversation is not { } conversation)
            return;
        if (conversation.Place is { Header: not null } place)
            await JoinAsync(await ProcessActor.StartAsync(_place, place.Id!, isRow: true), one.Api, one.Party, one.IsAttached);
        else if (conversation.Held is { } held)
            await IgnoringAsync(async () =>
                await JoinAsync(await ProcessActor.StartAsync(_place, held.Id, isRow: false), one.Api, one.Party, isAttached: true));
    }

    private async Task LoseAsync(LocalActor local)
    {
        if (local.Conversation.Held is { } held)
            await IgnoringAsync(() => Service.DeleteAsync(held.Id, default));
        else if (local.Conversation.LastResponseId is { } response && local.Conversation.ApiKind == QwenApi.Responses)
            await IgnoringAsync(() => _client.Responses(new NoticeQueue()).DeleteAsync(response, default));
    }

    /// <summary>Sends a message whose request times out at a gateway (504). The service processes the message later.</summary>
    private async Task ArriveLateAsync(WalkMember one, LocalActor local)
    {
        string id = local.Conversation.Held!.Id;
        await SendAsync(one, actor => actor.SendAsync(Next()), new QwenEmulatorFault { Path = "responses", Status = 504 });
        string answer = $"late{_said}";
        one.Party.Say(one, ["assistant|" + answer]);
        if (one.IsAttached)
            one.Party.Ghosts.UnionWith(["assistant|" + answer, "user|" + LastSaid]);
        if (local.Conversation.Held?.Id == id && !local.Conversation.Turns.Any(turn => turn.Message == LastSaid))
            await IgnoringAsync(() => Service.AddAsync(id,
                new[] { ("user", LastSaid), ("assistant", answer) }.SelectMany(said => QwenChat.Protocols.ChatProtocol.For(QwenApi.Conversations, "")
                    .WriteMessage(MessageDraft.OfText(said.Item1, said.Item2), default)).ToArray(), default));
    }
}
