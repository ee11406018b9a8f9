namespace QwenChat.Emulator;

/// <summary>A clock that can be moved forward. It determines when stored data expires. Delays use the underlying clock.</summary>
internal sealed class EmulatorClock(TimeProvider source) : TimeProvider
{
    private long _offset;

    public DateTimeOffset Now => source.GetUtcNow() + new TimeSpan(Interlocked.Read(ref _offset));

    public override long TimestampFrequency => source.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => Now;

    public override long GetTimestamp() => source.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        source.CreateTimer(callback, state, dueTime, period);

    public void Advance(TimeSpan time) => Interlocked.Add(ref _offset, time.Ticks);
}
