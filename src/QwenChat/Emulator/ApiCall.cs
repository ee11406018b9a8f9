using System.Text.Json;
using QwenChat.Emulator.Http;

namespace QwenChat.Emulator;

/// <summary>A request being processed by the service.</summary>
internal sealed record ApiCall(HttpRequest Request, string RequestId, EmulatedModels Models, CancellationToken Gone)
{
    /// <summary>True to simulate that the service times out before the answer is complete (wire §1.5).</summary>
    public bool Partial { get; init; }

    /// <summary>Whether the request is part of a batch, to which per-minute limits do not apply.</summary>
    public bool IsOfBatch { get; init; }

    public JsonElement ReadBody()
    {
        using var document = JsonDocument.Parse(Request.Body);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw new JsonException("The body is not a JSON object.");
        return document.RootElement.Clone();
    }
}
