using System.Runtime.CompilerServices;

namespace QwenChat.Model;

/// <summary>The right to change a conversation. <see cref="TurnClaims"/> grants it, and <see cref="Dispose"/> releases it.</summary>
internal sealed class TurnClaim(TurnClaims claims) : IDisposable
{
    /// <summary>Whether user code is currently handling a chunk of the reply.</summary>
    internal bool IsLent { get; set; }

    /// <summary>Passes the chunks of a reply to user code. While user code handles a chunk, the claim is kept, but no lock is held.</summary>
    /// <param name="pieces">The reply. When its last chunk arrives, the turn has been added to the conversation and saved.</param>
    /// <param name="cancellation">Stops the turn.</param>
    public async IAsyncEnumerable<QwenReplyDelta> PassOnAsync(IAsyncEnumerable<QwenReplyDelta> pieces, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var piece in pieces.WithCancellation(cancellation).ConfigureAwait(false))
        {
            claims.Lend(this, isDone: piece.Reply is not null);
            try
            {
                yield return piece;
            }
            finally
            {
                claims.TakeBack(this);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => claims.Release(this);
}
