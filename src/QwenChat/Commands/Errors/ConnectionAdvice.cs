using QwenChat.Commands.SessionState;
using QwenChat.Connection;

namespace QwenChat.Commands.Errors;

/// <summary>
/// What to do about a failure that depends on where the request went: to the Qwen service, to another server, to an emulator; and on who keeps the
/// address: the session, the conversation, or the call. Other advice is that of the table of errors.
/// </summary>
/// <param name="failed">The connection that was used.</param>
/// <param name="given">The connection of the call's -Connection; null when none was given.</param>
/// <param name="used">The conversation that the command works on; null when there is none.</param>
internal sealed class ConnectionAdvice(QwenConnection failed, QwenConnection? given, QwenConversation? used)
{
    private readonly string _address = SafeText.ShowLine(failed.ToString());

    /// <summary>The message where its own advice would not help; null where it stays.</summary>
    public string? MessageOf(QwenException exception) =>
        exception.Kind == QwenErrorKind.ApiKeyMissing && !failed.LostKey && Keeper != Keeper.Session
        ? $"There is no API key for {failed.Server}. {Another("-ApiKey (Read-Host -AsSecureString)")}" : null;

    /// <summary>The advice for a kind of failure; null where it does not depend on the address.</summary>
    public string? For(QwenErrorKind kind) => kind switch
    {
        QwenErrorKind.ConnectionFailed when QwenEmulator.HasStoppedAt(failed.Server) => $"The emulator at {_address} has been stopped. {NewEmulator}",
        QwenErrorKind.ConnectionFailed when IsLocal => $"Nothing answers as expected at {_address}. Start the server, or check its port. {Another()}",
        QwenErrorKind.ConnectionFailed => $"The address is {_address}. Check it, the network and the proxy. {Another()}",
        QwenErrorKind.AuthenticationFailed when QwenEmulator.RunsAt(failed.Server) =>
            $"The emulator at {_address} takes its own key alone, as a region does. It brings the key along: "
            + $"{(Keeper == Keeper.Session ? "$emulator | Set-QwenConnection" : With("$emulator"))}.",
        QwenErrorKind.AuthenticationFailed when !IsService => $"The server at {_address} did not take the key. {Another("-ApiKey …")}",
        QwenErrorKind.AuthenticationFailed =>
            $"The request went to {_address}. A key belongs to one region, and a plan's key to the plan's own address. Name the key's region, or make a new "
            + $"key in the region's console. {Another("-Region … -ApiKey …", address: false)}",
        QwenErrorKind.AccessDenied when !IsService => $"The server at {_address} does not allow this. Ask whoever runs it.",
        QwenErrorKind.ModelNotFound when !IsService
            && !QwenEmulator.RunsAt(failed.Server) =>
            $"The server at {_address} does not have the model. Its own list says what it has (such as ollama list); name one of these with -Model.",
        QwenErrorKind.ServiceUnavailable when !IsService => $"The server at {_address} failed; its log says why.",
        QwenErrorKind.RateLimited or QwenErrorKind.Billing when !IsService =>
            $"The server at {_address} refuses more for now. Ask whoever runs it, or send less at a time.",
        QwenErrorKind.ProtocolError when !IsService && failed.CompatibleUri is null =>
            $"The answer is not one of the Qwen service. Check what stands behind the address {_address}. {Another()}",
        QwenErrorKind.ProtocolError when !IsService =>
            $"The answer is not one of an OpenAI-compatible server. Check the address {_address} with its path, such as http://localhost:11434/v1. {Another()}",
        QwenErrorKind.NotFound when !IsService => $"Check the id: it was asked for at {_address}, and a server knows only what was made there.",
        _ => null,
    };

    private bool IsService => failed.Addresses.All(ServiceAddress.IsService);

    private bool IsLocal => failed.Addresses.All(ServiceAddress.IsLoopback);

    private Keeper Keeper => ReferenceEquals(given, failed) ? Keeper.Call
        : used is not null && ReferenceEquals(used.Connection, failed) && !(used.Defaults is not null && used.HasNotBegun)
        ? Keeper.Conversation : Keeper.Session;

    private string NewEmulator =>
        Keeper == Keeper.Session ? "Start another: Start-QwenEmulator | Set-QwenConnection." : $"Start another and give it: {With("(Start-QwenEmulator)")}.";

    /// <summary>How to use another connection in place of this one.</summary>
    /// <param name="parameters">What the connection needs besides its address.</param>
    /// <param name="address">Whether the address stays.</param>
    private string Another(string parameters = "…", bool address = true)
    {
        string whole = (address && parameters != "…" ? failed.Naming : "") + parameters;
        return Keeper switch
        {
            Keeper.Call => $"The address is that of -Connection; give another one: -Connection (New-QwenConnection {whole}).",
            Keeper.Conversation =>
                "The conversation keeps the connection that it was begun with. Give it another one: "
                + $"{With(HasOtherInSession ? "(Get-QwenConnection)" : $"(New-QwenConnection {whole})")}.",
            _ => $"Set-QwenConnection {whole} sets another one.",
        };
    }

    private string With(string connection) => Keeper == Keeper.Call ? $"-Connection {connection}" : $"Set-QwenConversation $c -Connection {connection}";

    private static bool HasUsable(QwenConnection? connection) => connection is not null && (connection.HasApiKey || connection.CompatibleUri is not null);

    private bool HasOtherInSession => Session.Current.Default is { } current && !ReferenceEquals(current, failed) && HasUsable(current);
}

/// <summary>Who keeps the connection that was used, and where another one is therefore given.</summary>
internal enum Keeper
{
    /// <summary>The session: Set-QwenConnection.</summary>
    Session,
    /// <summary>The conversation: Set-QwenConversation -Connection.</summary>
    Conversation,
    /// <summary>The call: -Connection.</summary>
    Call,
}
