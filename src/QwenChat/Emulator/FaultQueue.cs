using QwenChat.Emulator.Http;

namespace QwenChat.Emulator;

internal sealed class FaultQueue
{
    private static readonly QwenEmulatorFault s_none = new();
    private readonly List<Waiting> _faults = [];

    public void Add(QwenEmulatorFault fault)
    {
        lock (_faults)
            _faults.Add(new Waiting(fault) { Skip = fault.Skip, Times = fault.Times });
    }

    public void Clear()
    {
        lock (_faults)
            _faults.Clear();
    }

    /// <summary>Returns the fault for a request. If no fault applies, the returned fault has no effect.</summary>
    public QwenEmulatorFault Take(HttpRequest request)
    {
        lock (_faults)
        {
            var waiting = _faults.Find(candidate => candidate.Times > 0 && candidate.Fault.Matches(request));
            if (waiting is null)
                return s_none;
            if (waiting.Skip > 0)
            {
                waiting.Skip--;
                return s_none;
            }
            if (--waiting.Times == 0)
                _faults.Remove(waiting);
            return waiting.Fault;
        }
    }

    private sealed class Waiting(QwenEmulatorFault fault)
    {
        public QwenEmulatorFault Fault { get; } = fault;
        public int Skip { get; set; }
        public int Times { get; set; }
    }
}
