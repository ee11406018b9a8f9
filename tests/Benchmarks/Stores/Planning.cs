using QwenChat.Turn;

namespace QwenChat.Benchmarks.Stores;

/// <summary>
/// Measures planning a request as a conversation grows and more of its turns are omitted. The newest turns have token counts from an emulator;
/// earlier turns are synthetic.
/// </summary>
internal static class Planning
{
    private const int Held = 30, Kept = 20;

    private static readonly (string Name, QwenContextPolicy Policy, bool HasSummary, bool HasUsage)[] s_cases =
    [
        ("KeepTurns 20", new() { KeepTurns = Kept }, false, true),
        ("KeepTurns 20 without usage", new() { KeepTurns = Kept }, false, false),
        ("Rolling summary", new() { SummarizeAtTokens = 100_000 }, true, true),
        ("KeepTurns 20 and rolling summary", new() { KeepTurns = Kept, SummarizeAtTokens = 100_000 }, true, true),
        ("KeepTurns 20 and summary to come", new() { KeepTurns = Kept, SummarizeAtTokens = 100_000 }, false, true),
    ];

    public static async Task MeasureAsync(int[] sizes, int samples)
    {
        using var emulator = QwenEmulator.Start(new QwenEmulatorOptions());
        var client = new QwenClient(QwenConnection.To(emulator.BaseUri, emulator.ApiKey));
        Console.WriteLine("Policy,Turns,Sent,P50 (ms),P99 (ms),Allocated (B)");
        foreach (var (name, policy, hasSummary, hasUsage) in s_cases)
        {
            // The first size runs twice, so that the code is compiled before it is measured.
            bool isCompiled = false;
            foreach (int size in sizes.Prepend(sizes[0]))
            {
                var conversation = await HoldAsync(client, policy, size, hasSummary, hasUsage);
                var times = new Timings(samples);
                QwenRequestPlan plan = null!;
                for (int i = 0; i < samples; i++)
                    plan = await client.PlanAsync(conversation, "And then?");
                // Counts the allocations of the whole process, because planning may use another thread. No other code is running.
                long before = GC.GetTotalAllocatedBytes(precise: true);
                for (int i = 0; i < samples; i++)
                    plan = await times.TimeAsync(() => client.PlanAsync(conversation, "And then?"));
                long bytes = (GC.GetTotalAllocatedBytes(precise: true) - before) / samples;
                if (isCompiled)
                    Console.WriteLine($"{name},{size},{plan.Context.TurnsVerbatim},{times.Percentile(50):0.000},{times.Percentile(99):0.000},{bytes}");
                isCompiled = true;
            }
        }
    }

    private static async Task<QwenConversation> HoldAsync(QwenClient client, QwenContextPolicy policy, int size, bool hasSummary, bool hasUsage)
    {
        var conversation =
            client.NewConversation(QwenApi.ChatCompletions, new QwenOptions { Model = "qwen-plus", Instructions = "Be brief." }, contextPolicy: policy);
        long input = 0;
        int made = hasUsage ? size - Held : size;
        for (int number = 1; number <= made; number++)
        {
            input += 20;
            var usage = hasUsage ? new QwenUsage { InputTokens = input, OutputTokens = 10, TotalTokens = input + 10 } : null;
            conversation.Append(Made.Turn(number, $"What is the {number}th of the questions?\nIt is the one before the next of them.", usage), 0);
        }
        if (hasSummary)
        {
            var path = conversation.Path;
            int through = made - Kept;
            conversation.AddSummary(new QwenSummary { Text = "Questions were asked.", LastTurn = through, Through = path[through - 1].Id, EstimatedTokens = 4,
                EstimatedTokensBefore = through * 20 });
        }
        for (int i = made; i < size; i++)
            await client.SendAsync(conversation, $"What is the {i}th of the questions?");
        return conversation;
    }
}
