using QwenChat.Cost;
using QwenChat.Model;
using QwenChat.Protocols.Json;
using QwenChat.Text;

namespace QwenChat.Export;

/// <summary>Reads the objects of a conversation file; the counterpart of <see cref="ConversationWriter"/>.</summary>
internal static class ConversationReader
{
    public static ConversationFileHead ReadHead(CheckedJson value)
    {
        var (id, api) = (ReadId(value.Required("id"), QwenErrorKind.InvalidRequest), value.Required("api").Word<QwenApi>());
        var settings = SettingsJson.Read(value) with { Name = value.Member("name")?.Text() };
        return new ConversationFileHead(id, api, value.Required("createdAt").Time(), settings);
    }

    public static QwenTurn ReadTurn(CheckedJson value, int number)
    {
        var numberValue = value.Required("number");
        if (numberValue.Int32(1) != number)
            throw numberValue.Refuse($"is {numberValue.Int32(1)}, but this is turn {number} of the file");
        var items = ReadItems(value.Required("items"));
        var inputCount = value.Required("inputCount");
        if (inputCount.Int32(0) > items.Length)
            throw inputCount.Refuse($"is {inputCount.Int32(0)}, but the turn has {Quantity.Of(items.Length, "item")}");
        return new QwenTurn(number, items, inputCount.Int32(0))
        {
            CreatedAt = value.Required("createdAt").Time(),
            State = value.Required("state").OneOf(QwenReplyState.All),
            Model = value.Member("model")?.Text(),
            ResponseId = value.Member("responseId") is { } responseId ? ReadId(responseId, QwenErrorKind.InvalidResponseId) : null,
            Usage = value.Member("usage") is { } usage ? ReadUsage(usage) : null,
            EstimatedUsage = value.Member("estimatedUsage") is { } estimated ? ReadUsage(estimated) : null,
            Requests = value.Member("requests") is { } requests ? requests.Elements().Select(ReadUsage).ToArray() : [],
            Terms = value.Member("billing") is { } billing
                ? new BillingTerms(
                    billing.Required("model").Text(), billing.Member("region")?.Word<QwenRegion>(), billing.Member("explicitCache")?.Flag() ?? false)
                {
                    IsBatch = billing.Member("batch")?.Flag() ?? false,
                }
                : null,
            Server = value.Member("server") is { } server
                ? new ServerState(ReadId(server.Required("responseId"), QwenErrorKind.InvalidResponseId), server.Required("address").Text(),
                server.Required("expiresAt").Time()) { First = server.Member("first")?.Int32(0) ?? 0 }
                : null,
            Sent = ContextFields.ReadSent(value),
        };
    }

    public static ConversationState ReadState(CheckedJson value) => new()
    {
        Usage = value.Member("usage") is { } usage ? ReadUsage(usage) : null,
        Counted = value.Member("counted") is { } counted
            ? new LimitCount(
                counted.Required("tokens").Int64(0),
                counted.Required("costs").ToDictionary(cost => cost.Amount()),
                counted.Member("hasUnpriced")?.Flag() ?? false)
            : null,
        Calls = CallFields.Read(value),
        Pending = value.Member("pending") is { } pending ? ReadItems(pending) : [],
        PrefixBroken = value.Member("prefixBroken")?.Flag() ?? false,
        Summaries = ContextFields.ReadSummaries(value),
    };

    private static QwenItem[] ReadItems(CheckedJson values) => values.Elements().Select(ReadItem).ToArray();

    private static QwenItem ReadItem(CheckedJson value) =>
        new(value.Required("json").ItemJson(), value.Member("id") is { } id
        ? ReadId(id, QwenErrorKind.InvalidRequest) : null, ReadName(value.Required("type")), value.Member("role")?.Text())
        {
            Status = value.Member("status")?.Text(),
            CreatedAt = value.Member("createdAt")?.Time(),
            ExpiresAt = value.Member("expiresAt")?.Time(),
        };

    internal static QwenUsage ReadUsage(CheckedJson value) => new()
    {
        InputTokens = value.Member("inputTokens")?.Int64(0),
        OutputTokens = value.Member("outputTokens")?.Int64(0),
        TotalTokens = value.Member("totalTokens")?.Int64(0),
        CachedTokens = value.Member("cachedTokens")?.Int64(0),
        ReasoningTokens = value.Member("reasoningTokens")?.Int64(0),
        CacheCreationTokens = value.Member("cacheCreationTokens")?.Int64(0),
        Tools = value.Member("tools") is { } tools ? ReadTools(tools) : null,
    };

    private static QwenToolUsage ReadTools(CheckedJson value)
    {
        var tools = new QwenToolUsage();
        foreach (var count in OptionField.Of(typeof(QwenToolUsage)))
            count.Set(tools, value.Member(count.Name)?.Int64(0));
        return tools;
    }

    private static string ReadName(CheckedJson value) => value.Text() is { Length: > 0 } name ? name : throw value.Refuse("is empty");

    /// <summary>Reads an id. An id may become part of a URL, so it must not lead to a different resource.</summary>
    private static string ReadId(CheckedJson value, QwenErrorKind kind) => ReadName(value) is var id && ServiceId.IsValid(id) ? id
        : throw new QwenException(kind, value.Refuse("is not a valid id: an id contains only letters, digits, '_', '-' and '.'").Message);
}
