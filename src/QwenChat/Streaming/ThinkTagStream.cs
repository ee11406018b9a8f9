namespace QwenChat.Streaming;

/// <summary>Separates streamed content into thinking and text, even if a tag is split between chunks.</summary>
internal sealed class ThinkTagStream
{
    private enum Place
    {
        Beginning,
        Thinking,
        Text,
    }

    private Place _place;
    private string _held = "";
    private int _tag;
    private bool _hasThought;
    private bool _isFresh;

    public void Add(string piece, List<ChatDelta> told)
    {
        if (_place == Place.Text)
        {
            Tell(ChatDeltaKind.Text, piece, told);
            return;
        }
        _held = _held.Length == 0 ? piece : _held + piece;
        while (Step(told))
        {
        }
    }

    /// <summary>Reports the withheld characters when the content has ended. An incomplete end tag is dropped.</summary>
    public void End(List<ChatDelta> told)
    {
        if (_place == Place.Thinking)
            Tell(ChatDeltaKind.Thinking, _held[..^ThinkTag.HeldLength(_held, _tag)], told);
        else
            Tell(ChatDeltaKind.Text, _hasThought ? _held.TrimStart() : _held, told);
        _held = "";
    }

    private bool Step(List<ChatDelta> told) => _place switch
    {
        Place.Beginning => Begin(told),
        Place.Thinking => Think(told),
        _ => false,
    };

    private bool Begin(List<ChatDelta> told)
    {
        int at = ThinkTag.SkipBlanks(_held, 0);
        if (at == _held.Length)
            return false;
        if (ThinkTag.Open(_held, at, out _tag, out int body))
        {
            _place = Place.Thinking;
            _hasThought = _isFresh = true;
            _held = _held[body..];
            return true;
        }
        if (ThinkTag.MayOpen(_held, at))
            return false;
        _place = Place.Text;
        Tell(ChatDeltaKind.Text, _hasThought ? _held[at..] : _held, told);
        _held = "";
        return false;
    }

    private bool Think(List<ChatDelta> told)
    {
        if (_isFresh)
            _held = _held.TrimStart();
        int end = ThinkTag.Close(_held, 0, _tag, out int next);
        int count = end >= 0 ? _held.AsSpan(0, end).TrimEnd().Length : _held.Length - ThinkTag.HeldLength(_held, _tag);
        _isFresh &= count == 0;
        Tell(ChatDeltaKind.Thinking, _held[..count], told);
        _held = _held[(end >= 0 ? next : count)..];
        if (end < 0)
            return false;
        _place = Place.Beginning;
        return true;
    }

    private static void Tell(ChatDeltaKind kind, string text, List<ChatDelta> told)
    {
        if (text.Length > 0)
            told.Add(new ChatDelta(kind) { Text = text });
    }
}
