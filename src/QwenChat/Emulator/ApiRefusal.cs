namespace QwenChat.Emulator;

/// <summary>The rejection of a request, with the error message of the service. The endpoint writes the error in the envelope of its API.</summary>
internal sealed class ApiRefusal(int status, string code, string message) : Exception(message)
{
    private const string EnginePrefix = "<400> InternalError.Algo.InvalidParameter: ";

    public int Status { get; } = status;

    public string Code { get; } = code;

    /// <summary>The <c>type</c> of the nested envelope.</summary>
    public string Type { get; init; } = "invalid_request_error";

    /// <summary>True if the nested envelope contains only a message and a type, as documented for an API whose other errors are flat (wire §2.8).</summary>
    public bool MessageAndTypeOnly { get; init; }

    /// <summary>Returns the error for a parameter that the Responses API, the Conversations API or the native API rejects.</summary>
    public static ApiRefusal Parameter(string message) => new(400, "InvalidParameter", message);

    /// <summary>Returns the error of the Responses, Conversations and native APIs for a parameter that the inference engine rejects (wire §2.8).</summary>
    public static ApiRefusal Engine(string message) => Parameter(EnginePrefix + message);

    /// <summary>Returns the error for a parameter that Chat Completions rejects.</summary>
    public static ApiRefusal ChatParameter(string message) => new(400, "invalid_parameter_error", message);

    /// <summary>Returns the error of Chat Completions for a parameter that the inference engine rejects (wire §4.5).</summary>
    public static ApiRefusal ChatEngine(string message) => ChatParameter(EnginePrefix + message);
}
