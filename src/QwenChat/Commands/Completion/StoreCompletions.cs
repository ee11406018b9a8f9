using QwenChat.Model;

namespace QwenChat.Commands.Completion;

/// <summary>
/// Reads a store for a completer. Only SQLite files are read, and only for a short time, because a completer must not block or use the network.
/// </summary>
internal static class StoreCompletions
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(200);

    /// <summary>Returns the conversations of an SQLite store; empty for other stores, or if reading takes too long.</summary>
    public static IReadOnlyList<ConversationEntry> List(QwenStore store)
    {
        if (store.Provider != "SQLite")
            return [];
        using var limit = new CancellationTokenSource(s_longest);
        try
        {
            var list = Task.Run(() => store.Backend.ListAsync(null, limit.Token), limit.Token);
            return list.Wait(s_longest) ? list.Result : [];
        }
        catch (AggregateException failure) when (failure.InnerException is QwenException or OperationCanceledException)
        {
            // A completer cannot report errors. The command itself reports them.
            return [];
        }
    }
}
