using System.Runtime.CompilerServices;
using QwenChat.Protocols.Events;

namespace QwenChat.Http;

/// <summary>Reads server-sent events from a stream that the caller owns. Reading does not allocate memory for each event. Not thread-safe.</summary>
internal sealed class EventReader : IDisposable
{
    private readonly Stream _stream;
    private readonly Action? _received;
    private readonly EventParser _parser;
    private ServerSentEvent _current;
    private bool _ended;

    /// <summary>
    /// Creates a reader. <paramref name="received"/> is called when a part of an incomplete event has been received, but not for comments and blank lines.
    /// </summary>
    public EventReader(Stream stream, int maximumEventBytes, Action? received = null)
    {
        _stream = stream;
        _received = received;
        _parser = new EventParser(maximumEventBytes);
    }

    /// <summary>The event that was read last. Valid until the next <see cref="ReadAsync"/>.</summary>
    public ServerSentEvent Current => _current;

    /// <summary>Reads the next event into <see cref="Current"/>. Returns false at the end of the stream.</summary>
    /// <exception cref="QwenException">The event exceeds the maximum size.</exception>
    public ValueTask<bool> ReadAsync(CancellationToken cancellation) =>
        _parser.TryRead(out _current) ? new ValueTask<bool>(true) : ReceiveAsync(cancellation);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> ReceiveAsync(CancellationToken cancellation)
    {
        while (!_ended)
        {
            int count = await _stream.ReadAsync(_parser.GetSpace(), cancellation).ConfigureAwait(false);
            _parser.Advance(count);
            if (count == 0)
            {
                _ended = true;
                _parser.Complete();
            }
            if (_parser.TryRead(out _current))
                return true;
            if (_parser.HasBegun)
                _received?.Invoke();
        }
        return false;
    }

    public void Dispose() => _parser.Dispose();
}
