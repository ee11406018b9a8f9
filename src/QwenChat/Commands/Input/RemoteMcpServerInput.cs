using System.Collections;
using System.Net;
using System.Security;

namespace QwenChat.Commands.Input;

/// <summary>Reads an MCP server from a table or an object. Error messages never include the value of a header.</summary>
internal static class RemoteMcpServerInput
{
    private const string Example = "@{ label = 'maps'; url = 'https://mcp.example.com/sse'; headers = @{ Authorization = $token } }";

    /// <exception cref="QwenException">The value is not a valid server.</exception>
    public static QwenRemoteMcpServer Read(object? value)
    {
        object? plain = ScalarValue.Plain(value);
        if (plain is QwenRemoteMcpServer server)
            return server;
        if (plain is null or string or ValueType)
            throw Refuse($"An MCP server must be a hashtable with a label and a url, such as {Example}.");
        var read = new QwenRemoteMcpServer();
        var known = new Dictionary<string, SecureString>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, given) in ObjectMembers.Of(value!))
        {
            object? member = ScalarValue.Plain(given);
            switch (Plain(name))
            {
                case "LABEL":
                    read = read with { Label = Text(name, member) };
                    break;
                case "URL":
                    read = read with { Url = Text(name, member) };
                    break;
                case "DESCRIPTION":
                    read = read with { Description = member is null ? null : Text(name, member) };
                    break;
                case "HEADERS" when member is not null:
                    foreach (var (header, secret) in ReadHeaders(member))
                        known[header] = secret;
                    read = read with { HeaderNames = [.. known.Keys], Headers = known };
                    break;
                // A server that was read from a file, or comes from another process, has only the names of its headers.
                case "HEADERNAMES" when member is IEnumerable names and not string && known.Count == 0:
                    read = read with { HeaderNames = [.. names.Cast<object?>().Select(one => Text(name, ScalarValue.Plain(one)))] };
                    break;
                case "PROTOCOL" when member as string is not "sse":
                    throw Refuse($"The service calls MCP servers only over server-sent events (protocol sse), not over '{member}'.");
                case "HEADERS" or "HEADERNAMES" or "PROTOCOL" or "TYPE":
                    break;
                default:
                    throw Refuse($"An MCP server has no member '{name}'. Its members are label, url, description and headers.");
            }
        }
        return Check(read);
    }

    private static QwenRemoteMcpServer Check(QwenRemoteMcpServer server)
    {
        if (string.IsNullOrWhiteSpace(server.Label) || server.Label.Any(char.IsControl))
            throw Refuse($"An MCP server needs a label without control characters. The label identifies the server's calls. Example: {Example}.");
        if (!Uri.TryCreate(server.Address, UriKind.Absolute, out var address) || (address.Scheme != Uri.UriSchemeHttps && address.Scheme != Uri.UriSchemeHttp))
            throw Refuse($"The MCP server '{server.Label}' needs an absolute https or http URL, but its url is '{server.Url}'.");
        return server;
    }

    private static IEnumerable<(string Name, SecureString Value)> ReadHeaders(object headers)
    {
        if (headers is string or ValueType or SecureString)
            throw Refuse("The headers of an MCP server must be a hashtable of names and values, such as @{ Authorization = $token }.");
        foreach (var (name, given) in ObjectMembers.Of(headers))
        {
            if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal)))
                throw Refuse($"'{name}' is not a valid header name.");
            string value = ScalarValue.Plain(given) switch
            {
                string text => text,
                SecureString secret => new NetworkCredential("", secret).Password,
                var other => throw Refuse($"The header {name} is {(other is null ? "null" : $"of type {other.GetType().Name}")}. Use text or a SecureString."),
            };
            if (value.Length == 0 || value.Any(c => c is < ' ' or '\u007f'))
                throw Refuse($"The value of the header {name} is empty, or contains a line break or another control character.");
            yield return (name, new NetworkCredential("", value).SecurePassword);
        }
    }

    private static string Text(string name, object? value) =>
        value as string ?? throw Refuse($"The {name} of an MCP server must be text. Example: {Example}.");

    /// <summary>Returns a member name in its short form. The service's own names, such as <c>server_label</c>, are also accepted.</summary>
    private static string Plain(string name)
    {
        string plain = name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();
        return plain.StartsWith("SERVER", StringComparison.Ordinal) ? plain["SERVER".Length..] : plain;
    }

    private static QwenException Refuse(string message) => new(QwenErrorKind.InvalidRequest, message);
}
