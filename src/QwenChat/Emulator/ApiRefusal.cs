namespace QwenChat.Emulator;

/// <summary>A request that the service does not take, in the service's own words. The endpoint puts it into its API's envelope.</summary>
internal sealed class ApiRefusal(int status, string code, string message) : Exception(message)
{
    private const string EnginePrefix = "<400> InternalError.Algo.InvalidParameter: ";

    public int Status { get; } = status;

    public string Code { get; } = code;

    /// <summary>The <c>type</c> of the nested envelope.</summary>
    public string Type { get; init; } = "invalid_request_error";

    /// <summary>
    /// True where the documents show the nested envelope with a message and a type only, on an API whose errors are flat otherwise (qwen-api §2.8).
    /// </summary>
    public bool MessageAndTypeOnly { get; init; }

    /// <summary>A parameter that the Responses API, the Conversations API or the native API does not take.</summary>
    public static ApiRefusal Parameter(string message) => new(400, "InvalidParameter", message);

    /// <summary>The same, when it is the inference engine that complains (qwen-api §2.8).</summary>
    public static ApiRefusal Engine(string message) => Parameter(EnginePrefix + message);

    /// <summary>A parameter that Chat Completions does not take.</summary>
    public static ApiRefusal ChatParameter(string message) => new(400, "invalid_parameter_error", message);

    /// <summary>The same, when it is the inference engine that complains (qwen-api §4.5).</summary>
    public static ApiRefusal ChatEngine(string message) => ChatParameter(EnginePrefix + message);
}
