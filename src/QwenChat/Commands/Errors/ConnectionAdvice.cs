using QwenChat.Commands.SessionState;
using QwenChat.Connection;

namespace QwenChat.Commands.Errors;

/// <summary>
/// Provides advice that depends on the connection: its server, and whether the session, the conversation or the call specified it. All other advice is in
/// the error table.
/// </summary>
/// <param name="failed">The connection of the failed request.</param>
/// <param name="given">The connection specified with the call's -Connection; null if -Connection was omitted.</param>
/// <param name="used">The conversation that the command works with; null if there is none.</param>
internal sealed class ConnectionAdvice(QwenConnection failed, QwenConnection? given, QwenConversation? used)
{
    private readonly string _address = SafeText.ShowLine(failed.ToString());

    /// <summary>Returns a replacement for a message whose advice does not apply; null if the original message applies.</summary>
    public string? MessageOf(QwenException exception) => exception switch
    {
        { Kind: QwenErrorKind.ApiKeyMissing } when !failed.LostKey && Keeper != Keeper.Session =>
            $"There is no API key for {failed.Server}. {Another("-ApiKey (Read-Host -AsSecureString)")}",
        // Set-QwenConnection with only the timeout would reset the address.
        { TimeoutParameter: { } timeout } => $"{exception.Message} {Another($"-{timeout} …", fromSession: false)}",
        _ => null,
    };

    /// <summary>Returns the advice for a kind of failure; null if the advice in the error table applies.</summary>
    public string? For(QwenErrorKind kind) => kind switch
    {
        QwenErrorKind.ConnectionFailed when QwenEmulator.HasStoppedAt(failed.Server) => $"The emulator at {_address} has been stopped. {NewEmulator}",
        QwenErrorKind.ConnectionFailed when IsLocal => $"No server responds at {_address}. Start the server, or check its port. {Another()}",
        QwenErrorKind.ConnectionFailed => $"Check the address {_address}, the network and the proxy. {Another()}",
        QwenErrorKind.AuthenticationFailed when QwenEmulator.RunsAt(failed.Server) =>
            $"The emulator at {_address} accepts only its own key. The emulator object includes the key. Use "
            + $"{(Keeper == Keeper.Session ? "$emulator | Set-QwenConnection" : With("$emulator"))}.",
        QwenErrorKind.AuthenticationFailed when !IsService => $"The server at {_address} rejected the key. {Another("-ApiKey …")}",
        QwenErrorKind.AuthenticationFailed =>
            $"The request was sent to {_address}. A key is valid only in its region, and a plan's key only at the plan's address. Specify the key's region, "
            + $"or create a new key in the region's console. {Another("-Region … -ApiKey …", address: false)}",
        QwenErrorKind.Timeout => "If the answer is long, stream it (-Stream or -Show).",
        QwenErrorKind.AccessDenied when !IsService => $"The server at {_address} denied the request. Ask its administrator.",
        QwenErrorKind.ModelNotFound when !IsService
            && !QwenEmulator.RunsAt(failed.Server) =>
            $"The server at {_address} does not have the model. List its models (for example with ollama list), and specify one of them with -Model.",
        QwenErrorKind.ServiceUnavailable when !IsService => $"The server at {_address} failed. See its log for the reason.",
        QwenErrorKind.RateLimited or QwenErrorKind.Billing when !IsService =>
            $"The server at {_address} accepts no more requests for now. Send fewer requests at a time, or ask its administrator.",
        QwenErrorKind.ProtocolError when !IsService && failed.CompatibleUri is null =>
            $"The response is not from the Qwen service. Check the address {_address}. {Another()}",
        QwenErrorKind.ProtocolError when !IsService =>
            $"The response is not from an OpenAI-compatible server. Check the address {_address}, including its path (example: "
            + $"http://localhost:11434/v1). {Another()}",
        QwenErrorKind.NotFound when !IsService => $"Check the id. The request was sent to {_address}, and a server knows only objects that were created there.",
        _ => null,
    };

    private bool IsService => failed.Addresses.All(ServiceAddress.IsService);

    private bool IsLocal => failed.Addresses.All(ServiceAddress.IsLoopback);

    private Keeper Keeper => ReferenceEquals(given, failed) ? Keeper.Call
        : used is not null && ReferenceEquals(used.Connection, failed) && !(used.Defaults is not null && used.HasNotBegun)
        ? Keeper.Conversation : Keeper.Session;

    private string NewEmulator =>
        Keeper == Keeper.Session ? "Use Start-QwenEmulator | Set-QwenConnection to start another emulator."
            : $"Start another emulator with {With("(Start-QwenEmulator)")}.";

    /// <summary>Returns advice on how to replace the connection.</summary>
    /// <param name="parameters">The parameters that the connection needs besides its address.</param>
    /// <param name="address">Whether the suggested command sets the same address.</param>
    /// <param name="fromSession">Whether the connection of the session can be used instead.</param>
    private string Another(string parameters = "…", bool address = true, bool fromSession = true)
    {
        string whole = (address && parameters != "…" ? failed.Naming : "") + parameters;
        return Keeper switch
        {
            Keeper.Call => $"The connection was specified with -Connection. Specify another connection with -Connection (New-QwenConnection {whole}).",
            Keeper.Conversation =>
                "The conversation keeps its first connection. Change the connection with "
                + $"{With(fromSession && HasOtherInSession ? "(Get-QwenConnection)" : $"(New-QwenConnection {whole})")}.",
            _ => $"Use Set-QwenConnection {whole} to set another connection.",
        };
    }

    private string With(string connection) => Keeper == Keeper.Call ? $"-Connection {connection}" : $"Set-QwenConversation $c -Connection {connection}";

    private static bool HasUsable(QwenConnection? connection) => connection is not null && (connection.HasApiKey || connection.CompatibleUri is not null);

    private bool HasOtherInSession => Session.Current.Default is { } current && !ReferenceEquals(current, failed) && HasUsable(current);
}

/// <summary>The place where the connection is set, and where it must be replaced.</summary>
internal enum Keeper
{
    /// <summary>The session: Set-QwenConnection.</summary>
    Session,
    /// <summary>The conversation: Set-QwenConversation -Connection.</summary>
    Conversation,
    /// <summary>The call: -Connection.</summary>
    Call,
}
