namespace QwenChat.Emulator.Http;

internal sealed record HttpRequest(string Method, string Path, string Query, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body, bool KeepAlive)
{
    /// <summary>Returns the value of the first header with the specified name, ignoring case; null if the request has no such header.</summary>
    public string? Header(string name)
    {
        foreach (var (key, value) in Headers)
        {
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
                return value;
        }
        return null;
    }

    public string? QueryValue(string name) => QueryValues(name).FirstOrDefault();

    /// <summary>Returns the values of a query parameter that may occur several times.</summary>
    public IEnumerable<string> QueryValues(string name)
    {
        foreach (string pair in Query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            string key = equals < 0 ? pair : pair[..equals];
            if (Uri.UnescapeDataString(key) == name)
                yield return equals < 0 ? "" : Uri.UnescapeDataString(pair[(equals + 1)..].Replace('+', ' '));
        }
    }
}
