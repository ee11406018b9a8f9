using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using QwenChat.Emulator.Endpoints;

namespace QwenChat.Emulator;

/// <summary>A stream event. The format of Chat Completions omits the type and the status.</summary>
internal readonly record struct StreamEvent(byte[] Data, string Type = "", int Status = 200, bool IsText = false)
{
    public static StreamEvent Of(JsonObject data, string type = "", int status = 200, bool isText = false) =>
        new(EmulatorJson.ToBytes(data), type, status, isText);
}

/// <summary>The format of an API's stream events.</summary>
internal sealed class EventFraming
{
    private readonly bool _numbered;
    private readonly string _errorType;
    private readonly Func<int, int, string, JsonObject> _error;

    private EventFraming(bool numbered, string errorType, Func<int, int, string, JsonObject> error)
    {
        _numbered = numbered;
        _errorType = errorType;
        _error = error;
    }

    /// <summary>The format of Chat Completions: <c>data: {…}</c>, with a space (wire §4.3).</summary>
    public static EventFraming Chat { get; } = new(numbered: false, "", (_, status, requestId) =>
        ErrorWriter.Of(ErrorWriter.Standard(status, ErrorForm.Nested), ErrorForm.Nested, requestId));

    /// <summary>
    /// The format of the native API: the same lines as in <see cref="Responses"/>, but errors have the event type <c>error</c> (wire §5.5).
    /// </summary>
    public static EventFraming Native { get; } = new(numbered: true, "error", (_, status, requestId) =>
        ErrorWriter.Of(ErrorWriter.Standard(status, ErrorForm.Flat), ErrorForm.Flat, requestId));

    /// <summary>
    /// The format of the Responses API: the four lines <c>id:</c>, <c>event:</c>, <c>:HTTP_STATUS/</c> and <c>data:</c>, without spaces (wire §2.6).
    /// </summary>
    public static EventFraming Responses(ResponseHead response) => new(numbered: true, ResponseEvents.FailedType, (number, status, _) =>
        ResponseEvents.Failed(response, number - 1, ErrorWriter.Standard(status, ErrorForm.Flat)));

    public void Write(IBufferWriter<byte> output, in StreamEvent streamEvent, int number, QwenEmulatorFault fault)
    {
        string space = fault.NoSpace ?? _numbered ? "" : " ";
        string end = fault.LineEnd;
        if (_numbered)
            Put(output,
                $"id:{space}{number.ToString(CultureInfo.InvariantCulture)}{end}event:{space}{streamEvent.Type}{end}:HTTP_STATUS/{streamEvent.Status}{end}");
        Put(output, $"data:{space}");
        output.Write(streamEvent.Data);
        Put(output, fault.NoBlankLine ? end : end + end);
    }

    public StreamEvent Error(string? json, int status, int number, string requestId)
    {
        // In the only recorded failure of a Responses stream, the comment line is ":HTTP_STATUS/200" (wire §2.6).
        int shown = _errorType == ResponseEvents.FailedType ? 200 : status;
        return json is null
            ? StreamEvent.Of(_error(number, status, requestId), _errorType, shown)
            : new StreamEvent(Encoding.UTF8.GetBytes(json), _errorType == ResponseEvents.FailedType ? NamedType(json) ?? _errorType : _errorType, shown);
    }

    /// <summary>
    /// Returns the <c>type</c> in an event's JSON. Events of the Responses API contain their type in the JSON and in the <c>event:</c> line.
    /// </summary>
    private static string? NamedType(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.Text("type");
        }
        catch (JsonException)
        {
            return null; // The fault specifies an invalid event.
        }
    }

    private static void Put(IBufferWriter<byte> output, string text) => Encoding.UTF8.GetBytes(text, output);
}
