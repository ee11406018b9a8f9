using QwenChat.Connection;

namespace QwenChat.Model;

/// <summary>How much a notice matters.</summary>
internal enum NoticeLevel
{
    /// <summary>Something the user should know.</summary>
    Warning,
    /// <summary>What was done and why, for those who asked.</summary>
    Verbose,
    /// <summary>What went over the wire, for those who look for a fault.</summary>
    Debug,
    /// <summary>How far something long has come.</summary>
    Progress,
}

/// <summary>One thing to tell the user.</summary>
internal readonly record struct Notice(NoticeLevel Level, string Text)
{
    /// <summary>For progress: how much of it is done, from 0 to 100; 100 is its end.</summary>
    public int Percent { get; init; }
}

/// <summary>
/// What the layers below have to tell the user, in order. They run on any thread and may not write to the pipeline; the cmdlet takes
/// the notices out on its own thread.
/// </summary>
/// <param name="arrived">Called, on any thread, when a notice was added.</param>
internal sealed class NoticeQueue(Action? arrived = null)
{
    private readonly Queue<Notice> _queue = new();
    private Redaction _redaction = Redaction.OfAddresses;

    /// <summary>What no notice may say.</summary>
    public Redaction Redaction => Volatile.Read(ref _redaction);

    /// <summary>Whether debug texts are asked for. They are not even made otherwise.</summary>
    public bool WantsDebug { get; set; }

    /// <summary>Whether verbose texts are asked for; others are dropped, so that nobody is woken for them.</summary>
    public bool WantsVerbose { get; set; } = true;

    /// <summary>Keeps a connection's key out of all notices from now on.</summary>
    public void Protect(QwenConnection connection)
    {
        lock (_queue)
            _redaction = _redaction.With(connection);
    }

    /// <summary>Keeps the secrets of MCP servers out of all notices from now on.</summary>
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

    /// <summary>Says how far something has come.</summary>
    /// <param name="text">What is being done.</param>
    /// <param name="percent">How much of it is done, from 0 to 100; 100 is its end.</param>
    public void Progress(string text, int percent) => Add(new Notice(NoticeLevel.Progress, text) { Percent = percent });

    /// <summary>A queue for work whose notices are told later, of the same levels and without the same secrets. It wakes nobody.</summary>
    public NoticeQueue NewForLater() => new() { WantsDebug = WantsDebug, WantsVerbose = WantsVerbose, _redaction = Redaction };

    /// <summary>Takes the notices of another queue, but for its progress, which is over.</summary>
    /// <param name="other">The other queue.</param>
    /// <param name="isNews">Whether a warning is to be told.</param>
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
