using System.Net;
using System.Security;

namespace QwenChat.Connection;

/// <summary>The connection settings in environment variables: the three variables that the service's own SDKs also read (wire §1.3).</summary>
/// <param name="read">Reads a variable; returns null if the variable is not set.</param>
/// <param name="readFile">Reads a text file.</param>
internal sealed class ConnectionEnvironment(Func<string, string?> read, Func<string, string> readFile)
{
    public const string KeyVariable = "DASHSCOPE_API_KEY";
    public const string KeyFileVariable = "DASHSCOPE_API_KEY_FILE_PATH";
    public const string AddressVariable = "DASHSCOPE_HTTP_BASE_URL";

    public static ConnectionEnvironment OfProcess { get; } = new(Environment.GetEnvironmentVariable, File.ReadAllText);

    /// <summary>Returns a connection to the address in <c>DASHSCOPE_HTTP_BASE_URL</c> or, if the variable is not set, to the Singapore address.</summary>
    /// <exception cref="QwenException">The variable does not contain a valid address.</exception>
    public QwenConnection Address()
    {
        if (Value(AddressVariable) is not { } named)
            return new QwenConnection { BaseUri = ServiceAddress.OfRegion(QwenRegion.Singapore, null), RegionKind = QwenRegion.Singapore };
        var (baseUri, responsesBaseUri) = ServiceAddress.ReadHost(ServiceAddress.Parse(named, "$env:" + AddressVariable), "$env:" + AddressVariable);
        return new QwenConnection { BaseUri = baseUri, ResponsesBaseUri = responsesBaseUri, RegionKind = ServiceAddress.RegionOf(baseUri) };
    }

    /// <summary>
    /// Whether the key from the environment may be sent to an address: only to hosts of the service, and to the server in <c>DASHSCOPE_HTTP_BASE_URL</c>.
    /// </summary>
    public bool Trusts(Uri address) =>
        ServiceAddress.IsService(address)
        || (Uri.TryCreate(Value(AddressVariable), UriKind.Absolute, out var named) && ServiceAddress.Server(named) == ServiceAddress.Server(address));

    /// <summary>
    /// Returns the value of <c>DASHSCOPE_API_KEY</c> or, if it is not set, the first line of the file that <c>DASHSCOPE_API_KEY_FILE_PATH</c> specifies;
    /// null if neither variable is set.
    /// </summary>
    /// <exception cref="QwenException">The file cannot be read, or is empty.</exception>
    public SecureString? Key()
    {
        if (Value(KeyVariable) is { } key)
            return Protect(key);
        if (Value(KeyFileVariable) is not { } path)
            return null;
        string text;
        try
        {
            text = readFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new QwenException(QwenErrorKind.ApiKeyMissing,
                $"$env:{KeyFileVariable} specifies the file '{path}', which cannot be read: {e.Message} Correct the variable, or set $env:{KeyVariable}.", e);
        }
        string line = text.AsSpan().TrimStart().ToString().Split('\n')[0].Trim();
        return line.Length > 0 ? Protect(line) : throw new QwenException(QwenErrorKind.ApiKeyMissing,
            $"$env:{KeyFileVariable} specifies the file '{path}', which is empty. Write the key to its first line, or set $env:{KeyVariable}.");
    }

    public static SecureString Protect(string key)
    {
        var secure = new NetworkCredential("", key).SecurePassword;
        secure.MakeReadOnly();
        return secure;
    }

    // An empty variable counts as unset, because shells and CI jobs clear variables by setting them to an empty string.
    private string? Value(string name) => read(name)?.Trim() is { Length: > 0 } value ? value : null;
}
