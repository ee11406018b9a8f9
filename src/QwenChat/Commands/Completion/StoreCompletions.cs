using QwenChat.Model;

namespace QwenChat.Commands.Completion;

/// <summary>
/// A completer's look into a store. A file is looked into, unless it is slow to answer; a database on a server is not, since a completer
/// never calls the network.
/// </summary>
internal static class StoreCompletions
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(200);

    /// <summary>The conversations of a store; none where finding out could take long.</summary>
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
            // A completer has nowhere to report it; the command that is being typed will.
            return [];
        }
    }
}
