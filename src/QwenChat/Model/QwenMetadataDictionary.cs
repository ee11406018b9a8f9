using System.Collections;
using QwenChat.Text;

namespace QwenChat;

/// <summary>
/// A conversation's metadata. Control characters in the pairs are made visible on display, because other clients of the service may have written the
/// pairs.
/// </summary>
public sealed class QwenMetadataDictionary : Dictionary<string, string>, IEnumerable
{
    private QwenMetadataDictionary(IEnumerable<KeyValuePair<string, string>> pairs)
        : base(pairs, StringComparer.Ordinal)
    {
    }

    internal static QwenMetadataDictionary Of(IReadOnlyDictionary<string, string> pairs) =>
        pairs as QwenMetadataDictionary ?? new QwenMetadataDictionary(pairs);

    // PowerShell's views enumerate the pairs through this method.
    IEnumerator IEnumerable.GetEnumerator() =>
        this.Select<KeyValuePair<string, string>, object>(pair => new QwenMetadataEntry(VisibleText.LineOf(pair.Key), VisibleText.Of(pair.Value)))
        .GetEnumerator();
}

/// <summary>One pair of a conversation's metadata for display, with control characters made visible.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The value.</param>
public sealed record QwenMetadataEntry(string Name, string Value)
{
    /// <summary>Returns the pair for display.</summary>
    /// <returns>A string such as <c>[project, demo]</c>.</returns>
    public override string ToString() => $"[{Name}, {VisibleText.LineOf(Value)}]";
}
