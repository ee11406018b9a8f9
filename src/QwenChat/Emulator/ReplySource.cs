namespace QwenChat.Emulator;

/// <summary>The source of replies: the user's function, a list of replies, or the emulator's default answers.</summary>
internal sealed class ReplySource(QwenEmulatorOptions options)
{
    private int _next = -1;

    /// <exception cref="ApiRefusal">The user's function failed. The response has status 500 and the message of the exception.</exception>
    public async Task<QwenEmulatorReply> NextAsync(QwenEmulatorPrompt prompt, CancellationToken gone)
    {
        if (options.Reply is not { } reply)
        {
            int next = options.Replies.Count > 0 ? Interlocked.Increment(ref _next) : 0;
            return next < options.Replies.Count ? options.Replies[next] : DefaultReply.To(prompt);
        }
        try
        {
            // The function may be slow and may ignore the cancellation token, so the request does not wait for it after the client has disconnected.
            return await Task.Run(() => reply(prompt, gone) ?? new QwenEmulatorReply(), gone).WaitAsync(gone).ConfigureAwait(false);
        }
        catch (Exception exception) when (!gone.IsCancellationRequested)
        {
            throw new ApiRefusal(500, "InternalError", exception.Message) { Type = "internal_error" };
        }
    }
}
