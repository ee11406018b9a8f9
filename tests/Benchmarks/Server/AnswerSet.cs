namespace QwenChat.Benchmarks;

/// <summary>The answers of every API, streamed and not streamed, created before the first request.</summary>
internal sealed class AnswerSet
{
    private readonly PreparedAnswer[] _whole = new PreparedAnswer[3];
    private readonly PreparedAnswer[] _streamed = new PreparedAnswer[3];

    /// <param name="pieces">The number of chunks of a streamed answer.</param>
    /// <param name="pieceLength">The number of characters in a chunk.</param>
    public AnswerSet(int pieces, int pieceLength)
    {
        string[] texts = Enumerable.Range(0, pieces).Select(number => Piece(number, pieceLength)).ToArray();
        foreach (var api in Enum.GetValues<Api>())
        {
            var form = new AnswerForm(api);
            _whole[(int)api] = PreparedAnswer.Whole(form.Body(string.Concat(texts)));
            _streamed[(int)api] = PreparedAnswer.Streamed(form.Events(texts));
        }
    }

    public PreparedAnswer For(Api api, bool streamed) => (streamed ? _streamed : _whole)[(int)api];

    /// <summary>Returns a word and a space, like a model's token.</summary>
    private static string Piece(int number, int length) =>
        string.Create(length, number, static (text, seed) =>
        {
            for (int i = 0; i < text.Length - 1; i++)
                text[i] = (char)('a' + (seed * 7 + i * 3) % 26);
            text[^1] = ' ';
        });
}
