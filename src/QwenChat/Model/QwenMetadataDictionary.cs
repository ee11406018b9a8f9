using System.Collections;
using QwenChat.Text;

namespace QwenChat;

/// <summary>
/// A conversation's metadata. A dictionary like any other, except that its pairs are displayed with their control characters made visible:
/// they come from whoever wrote to the conversation at the service.
/// </summary>
public sealed class QwenMetadataDictionary : Dictionary<string, string>, IEnumerable
{
    private QwenMetadataDictionary(IEnumerable<KeyValuePair<string, string>> pairs)
        : base(pairs, StringComparer.Ordinal)
    {
    }

    internal static QwenMetadataDictionary Of(IReadOnlyDictionary<string, string> pairs) =>
        pairs as QwenMetadataDictionary ?? new QwenMetadataDictionary(pairs);

    // PowerShell's views take the pairs from here.
    IEnumerator IEnumerable.GetEnumerator() =>
        this.Select<KeyValuePair<string, string>, object>(pair => new QwenMetadataEntry(VisibleText.LineOf(pair.Key), VisibleText.Of(pair.Value)))
        .GetEnumerator();
}

/// <summary>One pair of a conversation's metadata, as it is displayed: with control characters made visible.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The value.</param>
public sealed record QwenMetadataEntry(string Name, string Value)
{
    /// <summary>The pair, for people.</summary>
    /// <returns>Name and value.</returns>
    public override string ToString() => $"[{Name}, {VisibleText.LineOf(Value)}]";
}
