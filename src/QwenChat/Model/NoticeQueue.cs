using QwenChat.Connection;

namespace QwenChat.Model;

internal enum NoticeLevel
{
    /// <summary>Information that the user needs.</summary>
    Warning,
    /// <summary>An action and its reason, for verbose output.</summary>
    Verbose,
    /// <summary>The network traffic, for debug output.</summary>
    Debug,
    /// <summary>The progress of a long operation.</summary>
    Progress,
}

internal readonly record struct Notice(NoticeLevel Level, string Text)
{
    /// <summary>For progress: the percentage done, from 0 to 100; 100 ends the progress display.</summary>
    public int Percent { get; init; }
}

/// <summary>
/// A queue of notices to the user, in order. Lower layers run on any thread and cannot write to the pipeline, so the cmdlet dequeues the notices on its
/// own thread.
/// </summary>
/// <param name="arrived">Called, on any thread, after a notice has been added.</param>
internal sealed class NoticeQueue(Action? arrived = null)
{
    private readonly Queue<Notice> _queue = new();
    private Redaction _redaction = Redaction.OfAddresses;

    /// <summary>The secrets that notices must not contain.</summary>
    public Redaction Redaction => Volatile.Read(ref _redaction);

    /// <summary>Whether debug notices are wanted. If not, their text is never built.</summary>
    public bool WantsDebug { get; set; }

    /// <summary>Whether verbose notices are wanted. If not, they are dropped and no reader is woken for them.</summary>
    public bool WantsVerbose { get; set; } = true;

    /// <summary>Redacts a connection's key from all later notices.</summary>
    public void Protect(QwenConnection connection)
    {
        lock (_queue)
            _redaction = _redaction.With(connection);
    }

    /// <summary>Redacts the secrets of MCP servers from all later notices.</summary>
    public void Protect(QwenOptions? options)
    {
        if (options?.RemoteMcpServer is not { Count: > 0 } servers)
            return;
        lock (_queue)
            _redaction = _redaction.With(servers.SelectMany(server => server.Secrets));
    }

    public void Warn(string text) => Add(new Notice(NoticeLevel.Warning, text));

    public void Verbose(string text)
    {
        if (WantsVerbose)
            Add(new Notice(NoticeLevel.Verbose, text));
    }

    public void Debug(Func<string> text)
    {
        if (WantsDebug)
            Add(new Notice(NoticeLevel.Debug, text()));
    }

    public void Progress(string text, int percent) => Add(new Notice(NoticeLevel.Progress, text) { Percent = percent });

    /// <summary>Creates a queue with the levels and redaction of this queue, for notices that are reported later. New notices do not wake a reader.</summary>
    public NoticeQueue NewForLater() => new() { WantsDebug = WantsDebug, WantsVerbose = WantsVerbose, _redaction = Redaction };

    /// <summary>Moves the notices of another queue to this queue, except progress notices, because their operations have ended.</summary>
    /// <param name="other">The other queue.</param>
    /// <param name="isNews">Returns whether a warning is new and must be reported.</param>
    public void Take(NoticeQueue other, Func<string, bool> isNews)
    {
        while (other.TryTake(out var notice))
        {
            if (notice.Level != NoticeLevel.Progress && (notice.Level != NoticeLevel.Warning || isNews(notice.Text)))
                Add(notice);
        }
    }

    public bool TryTake(out Notice notice)
    {
        lock (_queue)
            return _queue.TryDequeue(out notice);
    }

    private void Add(Notice notice)
    {
        notice = notice with { Text = Redaction.Of(notice.Text) };
        lock (_queue)
            _queue.Enqueue(notice);
        arrived?.Invoke();
    }
}
