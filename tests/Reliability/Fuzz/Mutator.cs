using System.Text;

namespace QwenChat.Tests.Reliability.Fuzz;

/// <summary>Mutates inputs: bytes, lines, JSON values and members, and parts of other inputs.</summary>
public sealed class Mutator
{
    private const int Largest = 64 * 1024;
    private const int MostWords = 2000;

    private static readonly byte[][] s_values = new[]
    {
        "null", "true", "7", "0", "-1", "1e999", "-1e-999", "9223372036854775808", "0.1", "\"\"", "\"x\"", "[]", "{}", "[[]]", "[{}]", "{\"a\":1}", "[null,7]",
            "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\u0000\"",
        "\"2026-05-27\"", "\"9999-12-31T23:59:59+14:00\"", "1700000000", "1700000000000", new string('[', 70), new string('[', 40) + new string(']', 40),
            "\"" + new string('y', 3000) + "\"",
    }.Select(Encoding.UTF8.GetBytes).ToArray();

    private static readonly byte[][] s_pieces =
    [
        .. new[]
        {
            "{", "}", "[", "]", "\"", ",", ":", "\\", "\n", "\r", "\r\n", "\n\n", "\r\r", "data:", "data: ", "event:", "id:", ":HTTP_STATUS/", "[DONE]",
                "\uFEFF", "\u2028", "😀", "\\ud83d", " ", "\t", "/*", "//",
            "`", "```", "*", "**", "_", "~~", "<", ">", "&", "](", "![", "# ", "- ", "1. ", "> ", "|", "---", "\\u001b", "\u001b[", "\u202e",
        }.Select(Encoding.UTF8.GetBytes),
        [0xFF], [0xC3], [0xE4, 0xB8], [0], [0xED, 0xA0, 0x80],
    ];

    private readonly Random _random;
    private readonly byte[][] _words;

    /// <param name="random">The random generator.</param>
    /// <param name="seeds">The inputs, which also provide words that are inserted into other inputs.</param>
    public Mutator(Random random, IReadOnlyList<byte[]> seeds)
    {
        _random = random;
        _words = seeds.SelectMany(Quoted).DistinctBy(Convert.ToHexString).Take(MostWords).ToArray();
    }

    /// <summary>Returns a mutation of a random input in the corpus.</summary>
    public byte[] Next(IReadOnlyList<byte[]> corpus)
    {
        byte[] input = Any(corpus);
        for (int n = 1 << _random.Next(4); n > 0; n--)
            input = Mutate(input, corpus);
        return input.Length <= Largest ? input : input[..Largest];
    }

    private byte[] Mutate(byte[] input, IReadOnlyList<byte[]> corpus)
    {
        int at = _random.Next(input.Length + 1);
        int end = Math.Min(input.Length, at + 1 + _random.Next(1 << _random.Next(1, 10)));
        switch (_random.Next(12))
        {
            case 0:
                return Put(input, at, end, []);
            case 1:
                return Put(input, at, at, Any(s_pieces));
            case 2:
                return Put(input, at, Math.Min(input.Length, at + 1), [(byte)_random.Next(256)]);
            case 3:
                // Repeats the range once or many times.
                return Put(input, at, at, Repeat(input[at..end], _random.Next(8) == 0 ? _random.Next(1, 300) : 1));
            case 4:
                return _words.Length == 0 ? input : Put(input, at, at, Any(_words));
            case 5:
                return OtherValue(input, Any(s_values));
            case 6:
                return OtherValue(input, Value(Any(corpus)));
            case 7:
                return _words.Length == 0 ? input : OtherValue(input, Any(_words));
            case 8:
                return WithoutMember(input);
            case 9:
                byte[] other = Any(corpus);
                return [.. input[..at], .. other[_random.Next(other.Length + 1)..]];
            case 10:
                return MoveLine(input);
            default:
                return OtherDigits(input);
        }
    }

    private T Any<T>(IReadOnlyList<T> list) => list[_random.Next(list.Count)];

    private static byte[] Put(byte[] input, int from, int to, byte[] what) => [.. input[..from], .. what, .. input[to..]];

    private static byte[] Repeat(byte[] what, int times) =>
        Enumerable.Repeat(what, Math.Min(times, 1 + Largest / Math.Max(1, what.Length))).SelectMany(bytes => bytes).ToArray();

    private byte[] OtherValue(byte[] input, byte[] value) => ValueAt(input) is var (start, end) ? Put(input, start, end, value) : input;

    private byte[] Value(byte[] input) => ValueAt(input) is var (start, end) ? input[start..end] : s_values[0];

    private byte[] WithoutMember(byte[] input)
    {
        if (ValueAt(input) is not var (start, end))
            return input;
        int name = input.AsSpan(0, start).LastIndexOfAny((byte)',', (byte)'{', (byte)'[');
        return name < 0 ? input : Put(input, name + 1, end, []);
    }

    private byte[] MoveLine(byte[] input)
    {
        int start = NextLine(input, _random.Next(input.Length + 1));
        int end = NextLine(input, start);
        int target = NextLine(input, _random.Next(input.Length + 1));
        byte[] line = input[start..end];
        return _random.Next(2) == 0 ? Put(input, target, target, line)
            : Put(Put(input, start, end, []), Math.Min(target, input.Length - line.Length), Math.Min(target, input.Length - line.Length), line);
    }

    private byte[] OtherDigits(byte[] input)
    {
        int start = input.AsSpan(_random.Next(input.Length + 1)).IndexOfAnyInRange((byte)'0', (byte)'9');
        if (start < 0)
            return input;
        byte[] changed = [.. input];
        changed[start] = (byte)('0' + _random.Next(10));
        return changed;
    }

    private static int NextLine(byte[] input, int from) => input.AsSpan(from).IndexOf((byte)'\n') is >= 0 and var at ? from + at + 1 : input.Length;

    /// <summary>Returns the range of a random JSON value in an input; null if the input contains no value.</summary>
    private (int Start, int End)? ValueAt(byte[] input)
    {
        int from = _random.Next(input.Length + 1);
        int start = input.AsSpan(from).IndexOfAny((byte)':', (byte)'[', (byte)',') is >= 0 and var found ? from + found + 1 : input.Length;
        while (start < input.Length && input[start] is (byte)' ' or (byte)'\n')
            start++;
        if (start == input.Length)
            return null;
        int depth = 0;
        bool quoted = false;
        for (int at = start; at < input.Length; at++)
        {
            byte c = input[at];
            if (quoted)
            {
                at += c == (byte)'\\' ? 1 : 0;
                quoted = c != (byte)'"';
            }
            else if (c == (byte)'"')
            {
                quoted = true;
            }
            else if (c is (byte)'{' or (byte)'[')
            {
                depth++;
            }
            else if (depth == 0 && c is (byte)',' or (byte)'}' or (byte)']' or (byte)'\n')
            {
                return (start, at);
            }
            else if (c is (byte)'}' or (byte)']' && --depth == 0)
            {
                return (start, at + 1);
            }
        }
        return (start, input.Length);
    }

    /// <summary>Returns the short strings of an input, with their quotation marks.</summary>
    private static IEnumerable<byte[]> Quoted(byte[] input)
    {
        for (int at = Array.IndexOf(input, (byte)'"'); at >= 0;)
        {
            int end = Array.IndexOf(input, (byte)'"', at + 1);
            if (end < 0)
                yield break;
            if (end - at < 40)
                yield return input[at..(end + 1)];
            at = Array.IndexOf(input, (byte)'"', end + 1);
        }
    }
}
