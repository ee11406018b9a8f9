namespace QwenChat.Streaming;

/// <summary>A tool call that arrives in pieces.</summary>
/// <param name="index">Its number among the answer's calls.</param>
/// <param name="proof">See <see cref="StreamedText"/>.</param>
internal sealed class StreamedToolCall(int index, SnapshotProof proof)
{
    private readonly StreamedText _arguments = new(proof);
    private string? _id, _madeUp, _name;

    public int Index { get; } = index;

    /// <summary>True when it can be sent back.</summary>
    public bool IsWhole => !string.IsNullOrEmpty(_name) && Fitting is not null;

    public bool HasArguments => _arguments.Length > 0;

    /// <summary>Adds a piece.</summary>
    /// <returns>What is new in the arguments.</returns>
    public string Add(in ChatDelta delta)
    {
        _id = string.IsNullOrEmpty(delta.Id) ? _id : delta.Id;
        _name = string.IsNullOrEmpty(delta.Name) ? _name : delta.Name;
        return string.IsNullOrEmpty(delta.Text) ? "" : _arguments.Add(delta.Text, delta.IsLast, out _);
    }

    /// <summary>The call. One that the server gave no id gets one: its result has to name it.</summary>
    /// <param name="isWhole">Whether it was not cut off; arguments that are there have the form that can be sent back then.</param>
    public QwenToolCall ToCall(bool isWhole) => new(_id ?? (_madeUp ??= QwenToolCall.NewId()), _name ?? "", isWhole ? Fitting! : _arguments.ToString());

    /// <summary>Replaces an id that another call of the answer has too.</summary>
    public void Rename() => (_id, _madeUp) = (null, null);

    /// <summary>
    /// The arguments that can be sent back; null for none. Where the pieces together are no JSON, the last may be the whole, or the first an empty
    /// form.
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
