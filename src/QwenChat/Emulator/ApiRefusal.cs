namespace QwenChat.Emulator;

/// <summary>A request that the service rejects, with the service's message. The endpoint puts it into the envelope of its API.</summary>
internal sealed class ApiRefusal(int status, string code, string message) : Exception(message)
{
    private const string EnginePrefix = "<400> InternalError.Algo.InvalidParameter: ";

    public int Status { get; } = status;

    public string Code { get; } = code;

    /// <summary>The <c>type</c> of the nested envelope.</summary>
    public string Type { get; init; } = "invalid_request_error";

    /// <summary>
    /// True if the documentation shows the nested envelope with only a message and a type, on an API whose errors are otherwise flat (wire §2.8).
    /// </summary>
    public bool MessageAndTypeOnly { get; init; }

    /// <summary>A parameter that the Responses API, the Conversations API or the native API rejects.</summary>
    public static ApiRefusal Parameter(string message) => new(400, "InvalidParameter", message);

    /// <summary>The same, if the inference engine rejects it (wire §2.8).</summary>
    public static ApiRefusal Engine(string message) => Parameter(EnginePrefix + message);

    /// <summary>A parameter that Chat Completions rejects.</summary>
    public static ApiRefusal ChatParameter(string message) => new(400, "invalid_parameter_error", message);

    /// <summary>The same, if the inference engine rejects it (wire §4.5).</summary>
    public static ApiRefusal ChatEngine(string message) => ChatParameter(EnginePrefix + message);
}
