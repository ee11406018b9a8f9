using System.Runtime.CompilerServices;

namespace QwenChat.Model;

/// <summary>The right to change a conversation, given by <see cref="TurnClaims"/> and given back by <see cref="Dispose"/>.</summary>
internal sealed class TurnClaim(TurnClaims claims) : IDisposable
{
    /// <summary>Whether user code holds a piece of the answer at the moment.</summary>
    internal bool IsLent { get; set; }

    /// <summary>Passes an answer on, piece by piece. The claim is kept, but nothing is locked, while user code handles a piece.</summary>
    /// <param name="pieces">The answer. When its reply comes, the turn is in the conversation and saved.</param>
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
