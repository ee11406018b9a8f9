using System.Diagnostics;
using System.Text.Json;
using QwenChat.Model;
using QwenChat.Saving;
using QwenChat.Turn;

namespace QwenChat.Tests.Reliability.Walk;

/// <summary>A conversation in another process, which receives its commands as lines of JSON.</summary>
internal sealed class ProcessActor : IWalkActor
{
    private readonly Process _process;

    private ProcessActor(Process process) => _process = process;

    /// <summary>Starts a process whose conversation is loaded from a row in the store or attached to an object on the service.</summary>
    public static async Task<ProcessActor> StartAsync(WalkPlace place, string id, bool isRow)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (string word in (string[])["exec", "--roll-forward", "Major", typeof(ProcessActor).Assembly.Location, "walker"])
            start.ArgumentList.Add(word);
        var actor = new ProcessActor(Process.Start(start) ?? throw new InvalidOperationException("The process did not start."));
        try
        {
            await actor.AskAsync(new Order("begin", id, isRow ? 1 : 0, [JsonSerializer.Serialize(place)]));
            return actor;
        }
        catch
        {
            await actor.DisposeAsync();
            throw;
        }
    }

    public Task SendAsync(string message) => AskAsync(new Order("send", message, 0, []));

    public Task AddAsync(string role, params string[] messages) => AskAsync(new Order("add", role, 0, messages));

    public Task UndoAsync(int turns) => AskAsync(new Order("undo", "", turns, []));

    public Task InstructAsync(string text) => AskAsync(new Order("instruct", text, 0, []));

    public Task<WalkState> ReadAsync() => AskAsync(new Order("read", "", 0, []));

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>Runs in the other process: executes the commands in its input, line by line.</summary>
    public static async Task<int> ServeAsync(TextReader orders, TextWriter answers)
    {
        IWalkActor? actor = null;
        while (await orders.ReadLineAsync() is { } line)
        {
            var order = JsonSerializer.Deserialize<Order>(line)!;
            Answer answer;
            try
            {
                if (order.Kind == "begin")
                    actor = await BeginAsync(order);
                else
                    await CarryOutAsync(actor!, order);
                answer = new Answer(null, null, await actor!.ReadAsync());
            }
            catch (QwenException failure)
            {
                answer = new Answer(failure.Kind, failure.Message, actor is null ? null : await actor.ReadAsync());
            }
            await answers.WriteLineAsync(JsonSerializer.Serialize(answer));
            await answers.FlushAsync();
        }
        return 0;
    }

    private static Task CarryOutAsync(IWalkActor actor, Order order) => order.Kind switch
    {
        "send" => actor.SendAsync(order.Text),
        "add" => actor.AddAsync(order.Text, order.More),
        "undo" => actor.UndoAsync(order.Number),
        "instruct" => actor.InstructAsync(order.Text),
        _ => Task.CompletedTask,
    };

    private static async Task<IWalkActor> BeginAsync(Order order)
    {
        var place = JsonSerializer.Deserialize<WalkPlace>(order.More[0])!;
        var connection = place.Connect();
        var client = new QwenClient(connection);
        var conversation = order.Number == 1
            ? await StoreListing.FindAsync(await place.OpenAsync(), order.Text, connection, CancellationToken.None)
            : await client.AttachToConversationAsync(order.Text, new QwenOptions { Thinking = QwenThinking.Off }, new NoticeQueue(), CancellationToken.None);
        return new LocalActor(client, conversation);
    }

    private async Task<WalkState> AskAsync(Order order)
    {
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(order));
        await _process.StandardInput.FlushAsync();
        string line = await _process.StandardOutput.ReadLineAsync() ?? throw new WalkFailureException("process", $"The other process ended at {order}.");
        var answer = JsonSerializer.Deserialize<Answer>(line)!;
        return answer.Failure is { } kind ? throw new QwenException(kind, answer.Message ?? "") : answer.State!;
    }

    private sealed record Order(string Kind, string Text, int Number, string[] More);

    private sealed record Answer(QwenErrorKind? Failure, string? Message, WalkState? State);
}
