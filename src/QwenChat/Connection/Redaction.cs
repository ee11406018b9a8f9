using System.Text;
using System.Text.RegularExpressions;

namespace QwenChat.Connection;

/// <summary>Removes API keys, and the credentials in addresses, from errors and messages for users. Immutable.</summary>
internal sealed partial class Redaction
{
    /// <summary>The character that replaces a secret.</summary>
    public const char Removed = '…';

    /// <summary>
    /// The minimum length of a key that is removed wherever it occurs. Shorter keys may be ordinary words or placeholders, so they are removed only as
    /// whole words.
    /// </summary>
    private const int ShortestSecret = 16;

    private readonly string[] _keys;
    private readonly Lazy<KeyPattern[]> _patterns;

    private Redaction(string[] keys)
    {
        _keys = keys;
        _patterns = new Lazy<KeyPattern[]>(() => keys.SelectMany(PatternsOf).ToArray());
    }

    /// <summary>A redaction that removes only the credentials in addresses.</summary>
    public static Redaction OfAddresses { get; } = new([]);

    /// <summary>Returns a redaction that also removes the key of a connection.</summary>
    public static Redaction Of(QwenConnection connection) => OfAddresses.With(connection);

    public Redaction With(QwenConnection connection) =>
        connection.HasApiKey && connection.RevealKey() is var key && !_keys.Contains(key) ? new Redaction([.. _keys, key]) : this;

    public Redaction With(IEnumerable<string> secrets) =>
        secrets.Where(secret => secret.Length > 0).Except(_keys).ToArray() is { Length: > 0 } news ? new Redaction([.. _keys, .. news]) : this;

    /// <summary>Returns the text without secrets; the same string if it contains no secrets.</summary>
    public string Of(string text)
    {
        if (text.Contains("://", StringComparison.Ordinal))
            text = Credentials().Replace(text, $"{Removed}@");
        if (text.Contains('='))
            text = KeyParameters().Replace(text, $"$1{Removed}");
        foreach (var pattern in _patterns.Value)
            text = Remove(text, pattern);
        return text;
    }

    /// <inheritdoc cref="Of(string)"/>
    public string? OfNullable(string? text) => text is null ? null : Of(text);

    /// <summary>Returns the failure without secrets in its messages; the same object if they contain no secrets.</summary>
    public QwenException Of(QwenException failure)
    {
        string all = failure.ToString();
        if (Of(all) == all && Of(failure.Message) == failure.Message && OfNullable(failure.Code) == failure.Code
            && OfNullable(failure.RequestId) == failure.RequestId)
            return failure;
        return failure.With(this);
    }

    /// <summary>Returns the target of an error in a form that may be displayed.</summary>
    public object? OfTarget(object? target) => target switch
    {
        string text => Of(text),
        Uri address => Of(address.OriginalString) is var text && text == address.OriginalString ? address : text,
        _ => target,
    };

    private static IEnumerable<KeyPattern> PatternsOf(string key)
    {
        bool isWord = key.Length < ShortestSecret;
        yield return new KeyPattern(key, isWord);
        if (isWord)
            yield break;
        yield return new KeyPattern(new string(key.Reverse().ToArray()), false);
        foreach (byte[] bytes in (byte[][])[Encoding.UTF8.GetBytes(key), Encoding.Unicode.GetBytes(key)])
        {
            string hex = Convert.ToHexString(bytes);
            yield return new KeyPattern(hex, false);
            yield return new KeyPattern(string.Join('-', hex.Chunk(2).Select(pair => new string(pair))), false);
            for (int offset = 0; offset < 3; offset++)
            {
                string base64 = InBase64(bytes, offset);
                yield return new KeyPattern(base64, false);
                if (base64.AsSpan().IndexOfAny('+', '/') >= 0)
                    yield return new KeyPattern(base64.Replace('+', '-').Replace('/', '_'), false);
            }
        }
    }

    /// <summary>
    /// Returns those base64 digits of a key that do not depend on the surrounding text. The digits depend on the offset of the key within a group of
    /// three bytes.
    /// </summary>
    private static string InBase64(byte[] key, int offset)
    {
        byte[] padded = [.. new byte[offset], .. key];
        return Convert.ToBase64String(padded)[(offset == 0 ? 0 : offset + 1)..(padded.Length * 8 / 6)];
    }

    private static string Remove(string text, KeyPattern pattern)
    {
        StringBuilder? rest = null;
        int from = 0;
        for (int at = 0; at < text.Length;)
        {
            int length = pattern.LengthAt(text, at);
            if (length == 0)
            {
                at++;
                continue;
            }
            (rest ??= new StringBuilder()).Append(text, from, at - from).Append(Removed);
            from = at += length;
        }
        return rest is null ? text : rest.Append(text, from, text.Length - from).ToString();
    }

    [GeneratedRegex("(?<=://)[^\\s/?#'\"<>\\\\]*@")]
    private static partial Regex Credentials();

    [GeneratedRegex("((?:[?&;](?:access[_-]?key(?:id)?|key|(?:access[_-]?)?token|auth|password|pwd|secret|signature|sig)|\\b(?:x-)?api[_-]?key)=)[^\\s&;"
        + "#'\"<>]+", RegexOptions.IgnoreCase)]
    private static partial Regex KeyParameters();
}
