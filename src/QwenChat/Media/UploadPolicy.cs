using System.Text.Json;

namespace QwenChat.Media;

/// <summary>The service's permission to put one file into its temporary store, for a few minutes (qwen-api §6.4).</summary>
internal sealed record UploadPolicy
{
    public required Uri Host { get; init; }

    /// <summary>What the file is to be called there, before its name.</summary>
    public required string Folder { get; init; }

    /// <summary>The most bytes of a file; null when the service says none.</summary>
    public long? MaximumBytes { get; init; }

    /// <summary>The form's fields, in the order that is documented; the file comes after them.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Fields { get; init; }

    /// <summary>Where to ask for a permission.</summary>
    public static string PathFor(string model) => "/uploads?action=getPolicy&model=" + Uri.EscapeDataString(model);

    /// <summary>Reads the service's answer.</summary>
    /// <exception cref="QwenException">A field is missing, or the host is one that files must not be sent to.</exception>
    public static UploadPolicy Read(byte[] body)
    {
        using var document = Parse(body);
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Object)
            throw Broken("'data' is missing");
        string host = Text(data, "upload_host");
        if (!Uri.TryCreate(host, UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http"))
            throw Broken($"the upload host '{host}' is no address");
        // A file may be private; over plain http everybody on the way could read it.
        if (address.Scheme != Uri.UriSchemeHttps && !ServiceAddress.IsLoopback(address))
            throw Broken($"the upload host '{host}' is not https");
        return new UploadPolicy
        {
            Host = address,
            Folder = Text(data, "upload_dir").TrimEnd('/'),
            MaximumBytes = data.TryGetProperty("max_file_size_mb", out var most) && most.TryGetInt64(out long megabytes) ? megabytes * 1024 * 1024 : null,
            Fields =
            [
                new("OSSAccessKeyId", Text(data, "oss_access_key_id")),
                new("policy", Text(data, "policy")),
                new("Signature", Text(data, "signature")),
                new("x-oss-object-acl", Text(data, "x_oss_object_acl")),
                new("x-oss-forbid-overwrite", Text(data, "x_oss_forbid_overwrite")),
                new("success_action_status", "200"),
            ],
        };
    }

    private static JsonDocument Parse(byte[] body)
    {
        try
        {
            return JsonDocument.Parse(body.AsMemory(body.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0));
        }
        catch (JsonException notJson)
        {
            throw Broken("it is not JSON", notJson);
        }
    }

    private static string Text(JsonElement data, string name)
    {
        string? text = !data.TryGetProperty(name, out var value) ? null : value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => null,
        };
        return string.IsNullOrWhiteSpace(text) ? throw Broken($"'{name}' is missing") : text;
    }

    private static QwenException Broken(string why, Exception? cause = null) => new(QwenErrorKind.ProtocolError,
        $"The service's permission to upload a file cannot be used: {why}. No file was sent. Try again later, or give the file by an https address of your own.", cause);
}
