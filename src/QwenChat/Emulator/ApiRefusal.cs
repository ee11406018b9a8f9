namespace QwenChat.Emulator;

/// <summary>
/// The rejection of a request, with the service's error code and message. <see cref="ErrorWriter"/> writes the error in the envelope of the API.
/// </summary>
internal sealed class ApiRefusal(int status, string code, string message) : Exception(message)
{
    private const string EnginePrefix = "<400> InternalError.Algo.InvalidParameter: ";

    public int Status { get; } = status;

    public string Code { get; } = code;

    /// <summary>The <c>type</c> in the nested envelope.</summary>
    public string Type { get; init; } = "invalid_request_error";

    /// <summary>True if the error has only a message and a type, like the error of the Responses API for an unknown response (wire §2.8).</summary>
    public bool MessageAndTypeOnly { get; init; }

    /// <summary>Returns the error of the Responses, Conversations and native APIs for an invalid parameter.</summary>
    public static ApiRefusal Parameter(string message) => new(400, "InvalidParameter", message);

    /// <summary>Returns the error of the Responses, Conversations and native APIs for a parameter that the inference engine rejects (wire §2.8).</summary>
    public static ApiRefusal Engine(string message) => Parameter(EnginePrefix + message);

    /// <summary>Returns the error of Chat Completions for an invalid parameter.</summary>
    public static ApiRefusal ChatParameter(string message) => new(400, "invalid_parameter_error", message);

    /// <summary>Returns the error of Chat Completions for a parameter that the inference engine rejects (wire §4.5).</summary>
    public static ApiRefusal ChatEngine(string message) => ChatParameter(EnginePrefix + message);
}
