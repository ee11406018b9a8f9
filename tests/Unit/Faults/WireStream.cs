namespace QwenChat.Tests.Faults;

/// <summary>The body of an answer. Records the number of bytes read, and whether the body was closed.</summary>
internal sealed class WireStream(WireAnswer answer, TimeProvider time) : MemoryStream(answer.Body)
{
    public bool IsClosed { get; private set; }

    public long BytesRead { get; private set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int most = Math.Min(buffer.Length, answer.Chunk);
        if (answer.Split > Position)
            most = Math.Min(most, answer.Split - (int)Position);
        int count = Read(buffer.Span[..most]);
        BytesRead += count;
        if (count > 0 || answer.End == WireEnd.Orderly)
            return count;
        if (answer.End == WireEnd.Beating)
        {
            await UntilGivenUp(cancellationToken, time, TimeSpan.FromSeconds(1)).ConfigureAwait(false);
            return System.Text.Encoding.UTF8.GetBytes(answer.Beat, buffer.Span);
        }
        if (answer.End == WireEnd.Silent)
            await UntilGivenUp(cancellationToken);
        throw new HttpIOException(HttpRequestError.ResponseEnded, "The response ended prematurely.");
    }

    /// <summary>Waits until canceled or until the specified time is over. Continuations run on the thread that advances the clock.</summary>
    public static async Task UntilGivenUp(CancellationToken cancellationToken, TimeProvider? time = null, TimeSpan? atMost = null)
    {
        var given = new TaskCompletionSource();
        using var timer = time?.CreateTimer(static source => ((TaskCompletionSource)source!).TrySetResult(), given, atMost
            ?? Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        using var registration = cancellationToken.UnsafeRegister(static (source, token) => ((TaskCompletionSource)source!).TrySetCanceled(token), given);
        await given.Task.ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        IsClosed = true;
        base.Dispose(disposing);
    }
}
