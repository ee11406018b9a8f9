using System.Buffers;
using System.Text;
using QwenChat.Protocols.Json;
using QwenChat.Streaming;

namespace QwenChat.Protocols.Messages;

/// <summary>
/// Numbers the tool calls of one answer. Some servers omit the <c>index</c> or the id of a call, use one index for several calls, or change the id with every
/// delta. The call of a delta is therefore determined from all properties of the delta.
/// </summary>
internal sealed class ToolCallNumbers
{
    private readonly List<Call> _calls = [];
    private int _messages;

    /// <summary>Marks the start of the next message or chunk.</summary>
    public void BeginMessage() => _messages++;

    /// <summary>
    /// Returns the number of the call to which a delta belongs. <paramref name="takesId"/> is false if an earlier delta of the call already contained an
    /// id.
    /// </summary>
    public int Of(in ToolCallPiece piece, out bool takesId)
    {
        int number = Find(piece);
        takesId = number < 0 || _calls[number].Id is null;
        if (number < 0)
        {
            number = _calls.Count;
            _calls.Add(new Call { Index = piece.Index });
        }
        _calls[number].Take(piece, _messages);
        return number;
    }

    /// <summary>Returns the number of the call that a delta continues; -1 if it begins a call.</summary>
    private int Find(in ToolCallPiece piece)
    {
        for (int i = _calls.Count - 1; i >= 0 && !string.IsNullOrEmpty(piece.Id); i--)
        {
            if (_calls[i].Id == piece.Id && FitsIndex(_calls[i], piece))
                return BeginsAnother(_calls[i], piece) ? -1 : i;
        }
        // Some servers repeat all parallel calls in each chunk, so that only the names distinguish the calls.
        for (int i = _calls.Count - 1; i >= 0 && piece.Index is null && string.IsNullOrEmpty(piece.Id); i--)
        {
            if (_calls[i].Message != _messages && _calls[i].IsRepeatedBy(piece))
                return i;
        }
        for (int i = _calls.Count - 1; i >= 0; i--)
        {
            if (FitsIndex(_calls[i], piece))
                return Continues(_calls[i], piece) ? i : -1;
        }
        return -1;
    }

    /// <summary>Whether a delta with the id of an existing call begins another call. Some servers send several calls with the same id.</summary>
    private static bool BeginsAnother(Call call, in ToolCallPiece piece) =>
        call.IsOtherName(piece.Name) ? call.Latest is null || call.IsWhole
        : !string.IsNullOrEmpty(piece.Name) && call.IsWhole && piece.Arguments != call.Latest && !string.IsNullOrWhiteSpace(piece.Arguments)
        && ToolArguments.Fit(piece.Arguments) is not null;

    private static bool FitsIndex(Call call, in ToolCallPiece piece) => piece.Index is null || call.Index is null || piece.Index == call.Index;

    private bool Continues(Call call, in ToolCallPiece piece)
    {
        bool isNamed = !string.IsNullOrEmpty(piece.Name);
        if (!string.IsNullOrEmpty(piece.Id) && call.Id is not null)
            return !isNamed && piece.Index is not null && !call.IsWhole; // the server sends a new id with every delta
        if (!isNamed)
            return true;
        if (call.IsOtherName(piece.Name))
            return false;
        // Each entry in a message is a separate call, unless an index marks it as a delta of an earlier entry.
        if (call.Message == _messages && piece.Index is null)
            return false;
        if (!call.IsWhole || string.IsNullOrEmpty(piece.Arguments))
            return true;
        return call.Message != _messages && piece.Arguments == call.Latest;
    }

    private sealed class Call
    {
        /// <summary>
        /// The maximum number of bytes of complete arguments that are neither an object nor a string. Only <c>null</c> is complete, and white space may follow
        /// it.
        /// </summary>
        private const int MaximumNullLength = 32;

        private readonly ArrayBufferWriter<byte> _arguments = new();
        private JsonExtent _extent;

        public long? Index { get; set; }

        public string? Id { get; private set; }

        public string? Latest { get; private set; }

        /// <summary>The number of the message or chunk that contains the newest delta of the call.</summary>
        public int Message { get; private set; }

        private string? Name { get; set; }

        /// <summary>
        /// True if the arguments are complete: either all deltas joined, or the newest delta alone, because some servers begin every call with
        /// <c>{}</c>.
        /// </summary>
        public bool IsWhole => Latest is not null && (FitAll() ?? ToolArguments.Fit(Latest)) is not (null or ToolArguments.None);

        /// <summary>Whether a delta repeats the name of the call, and its arguments from the start.</summary>
        public bool IsRepeatedBy(in ToolCallPiece piece) =>
            Latest is not null && Name is not null && piece.Name == Name && piece.Arguments is not null
            && piece.Arguments.StartsWith(Latest, StringComparison.Ordinal);

        /// <summary>
        /// Whether a name belongs to another function. A name that extends the name so far belongs to this call, because names may grow over several
        /// deltas.
        /// </summary>
        public bool IsOtherName(string? name) => !string.IsNullOrEmpty(name) && Name is not null && !name.StartsWith(Name, StringComparison.Ordinal);

        public void Take(in ToolCallPiece piece, int message)
        {
            Index ??= piece.Index;
            Id ??= string.IsNullOrEmpty(piece.Id) ? null : piece.Id;
            Name = string.IsNullOrEmpty(piece.Name) ? Name : piece.Name;
            Message = message;
            if (string.IsNullOrEmpty(piece.Arguments))
                return;
            Encoding.UTF8.GetBytes(piece.Arguments, _arguments);
            Latest = piece.Arguments;
        }

        // FitAll is called for each delta that repeats the function name, so an object that is still incomplete is not parsed here.
        private string? FitAll()
        {
            var all = _arguments.WrittenSpan.TrimStart(" \t\r\n"u8);
            bool isOpen = !all.IsEmpty
                && (all[0] == (byte)'{' ? !_extent.IsClosed(all) : all[0] != (byte)'"' ? all.Length > MaximumNullLength : all[^1] != (byte)'"');
            return isOpen ? null : ToolArguments.Fit(Encoding.UTF8.GetString(_arguments.WrittenSpan));
        }
    }
}
