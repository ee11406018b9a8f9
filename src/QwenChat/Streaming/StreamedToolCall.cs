namespace QwenChat.Streaming;

internal sealed class StreamedToolCall(int index, SnapshotProof proof)
{
    private readonly StreamedText _arguments = new(proof);
    private string? _id, _madeUp, _name;

    public int Index { get; } = index;

    public bool IsWhole => !string.IsNullOrEmpty(_name) && Fitting is not null;

    public bool HasArguments => _arguments.Length > 0;

    /// <summary>Adds a delta. Returns the new characters of the arguments.</summary>
    public string Add(in ChatDelta delta)
    {
        _id = string.IsNullOrEmpty(delta.Id) ? _id : delta.Id;
        _name = string.IsNullOrEmpty(delta.Name) ? _name : delta.Name;
        return string.IsNullOrEmpty(delta.Text) ? "" : _arguments.Add(delta.Text, delta.IsLast, out _);
    }

    /// <summary>
    /// Returns the call. If <paramref name="isWhole"/> is true, the arguments can be sent back. A missing id is generated, because the result of the call must
    /// refer to an id.
    /// </summary>
    public QwenToolCall ToCall(bool isWhole) => new(_id ?? (_madeUp ??= QwenToolCall.NewId()), _name ?? "", isWhole ? Fitting! : _arguments.ToString());

    /// <summary>Replaces an id that another call of the response also has.</summary>
    public void Rename() => (_id, _madeUp) = (null, null);

    /// <summary>
    /// The arguments in the format that can be sent back; null if the arguments are not valid. If the joined deltas are not valid, the last delta may
    /// contain the complete arguments, or the first delta may be an empty placeholder.
    /// </summary>
    private string? Fitting
    {
        get
        {
            string all = _arguments.ToString();
            return ToolArguments.Fit(all) ?? ToolArguments.Fit(_arguments.Latest)
                ?? (all.StartsWith(ToolArguments.None, StringComparison.Ordinal) ? ToolArguments.Fit(all[2..]) : null);
        }
    }
}
