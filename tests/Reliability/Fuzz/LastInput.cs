using System.IO.MemoryMappedFiles;

namespace QwenChat.Tests.Reliability.Fuzz;

/// <summary>Writes the current input to a file that survives a crash, and ends a run that hangs.</summary>
internal sealed class LastInput : IDisposable
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(2);

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly Timer _watch;
    private int _count;
    private int _seen = -1;

    public LastInput(string path)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Create, null, 128 * 1024);
        _view = _file.CreateViewAccessor();
        _watch = new Timer(_ => Look(path), null, s_longest, s_longest);
    }

    /// <summary>Writes an input to the file. Call this method before the input is read.</summary>
    public void Set(byte[] input)
    {
        _view.Write(0, input.Length);
        _view.WriteArray(sizeof(int), input, 0, input.Length);
        Interlocked.Increment(ref _count);
    }

    private void Look(string path)
    {
        int count = Volatile.Read(ref _count);
        if (count == _seen)
            Environment.FailFast($"An input took more than {s_longest.TotalMinutes} minutes. It is in {path}, after four bytes with its length.");
        _seen = count;
    }

    public void Dispose()
    {
        _watch.Dispose();
        _view.Dispose();
        _file.Dispose();
    }
}
