using System.Security.Cryptography;

namespace QwenChat.Model;

/// <summary>
/// The base64 data of a file inside an item's JSON. Items with identical data share one object for as long as any of them exists.
/// </summary>
internal sealed class InlineData
{
    private static readonly Dictionary<string, WeakReference<InlineData>> s_known = [];
    private static int s_sweepAt = 64;

    private InlineData(byte[] json) => Json = json;

    /// <summary>The characters between the quotes of the JSON string.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>Returns the shared object that contains these characters. Creates the object, with a copy of the characters, if there is none.</summary>
    public static InlineData Of(ReadOnlySpan<byte> json)
    {
        string hash = Convert.ToHexString(SHA256.HashData(json));
        lock (s_known)
        {
            if (s_known.TryGetValue(hash, out var reference) && reference.TryGetTarget(out var known))
                return known;
            if (s_known.Count >= s_sweepAt)
                Sweep();
            var data = new InlineData(json.ToArray());
            s_known[hash] = new WeakReference<InlineData>(data);
            return data;
        }
    }

    // Sweeping only after the table has doubled in size keeps the cost per entry constant.
    private static void Sweep()
    {
        foreach (var (hash, reference) in s_known)
        {
            if (!reference.TryGetTarget(out _))
                s_known.Remove(hash);
        }
        s_sweepAt = Math.Max(64, s_known.Count * 2);
    }
}
