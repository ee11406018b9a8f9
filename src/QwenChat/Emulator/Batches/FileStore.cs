namespace QwenChat.Emulator.Batches;

/// <summary>The files stored by the service. They do not expire (wire §11.1).</summary>
internal sealed class FileStore(EmulatorClock clock)
{
    private readonly List<EmulatedFile> _files = [];

    /// <summary>The files, newest first.</summary>
    public IReadOnlyList<EmulatedFile> All
    {
        get
        {
            lock (_files)
                return Enumerable.Reverse(_files).ToArray();
        }
    }

    public EmulatedFile Add(string name, string purpose, ReadOnlyMemory<byte> content)
    {
        string kind = purpose == "file-extract" ? "fe" : purpose;
        var file = new EmulatedFile($"file-{kind}-{Guid.NewGuid().ToString("N")[..24]}", name, purpose, content, clock.Now);
        lock (_files)
            _files.Add(file);
        return file;
    }

    public EmulatedFile? Find(string id) => All.FirstOrDefault(file => file.Id == id);

    /// <exception cref="ApiRefusal">The file does not exist. The status and message are assumed [A25].</exception>
    public EmulatedFile Get(string id) => Find(id) ?? throw NotFound(id);

    public void Delete(string id)
    {
        lock (_files)
        {
            if (_files.RemoveAll(file => file.Id == id) == 0)
                throw NotFound(id);
        }
    }

    private static ApiRefusal NotFound(string id) => new(404, "not_found", $"No such File object: {id}");
}
