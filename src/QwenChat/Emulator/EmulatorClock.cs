namespace QwenChat.Emulator;

/// <summary>A clock that can be moved forward, for whatever expires.</summary>
internal sealed class EmulatorClock(TimeProvider source)
{
    private long _offset;

    public DateTimeOffset Now => source.GetUtcNow() + new TimeSpan(Interlocked.Read(ref _offset));

    public void Advance(TimeSpan time) => Interlocked.Add(ref _offset, time.Ticks);
}
