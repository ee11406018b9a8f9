using System.Text.Json;
using QwenChat.Connection;

namespace QwenChat.Media;

/// <summary>The service's permission to upload one file to its temporary store, valid for a few minutes (wire §6.4).</summary>
internal sealed record UploadPolicy
{
    public required Uri Host { get; init; }

    /// <summary>The folder of the file in the store.</summary>
    public required string Folder { get; init; }

    /// <summary>The maximum file size in bytes; null if the service does not specify it.</summary>
    public long? MaximumBytes { get; init; }

    /// <summary>The fields of the upload form, in the documented order. The file follows them.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Fields { get; init; }

    public static string PathFor(string model) => "/uploads?action=getPolicy&model=" + Uri.EscapeDataString(model);

    /// <summary>
    /// Reads the service's response. If <paramref name="isLocal"/> is true, the service is on this machine, and its store may be on this machine too.
    /// </summary>
    /// <exception cref="QwenException">A field is missing or not valid, or files must not be sent to the host.</exception>
    public static UploadPolicy Read(byte[] body, bool isLocal)
    {
        using var document = Parse(body);
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("data", out var data)
            || data.ValueKind != JsonValueKind.Object)
            throw Broken("'data' is missing");
        string host = Text(data, "upload_host");
        if (!Uri.TryCreate(host, UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http"))
            throw Broken($"the upload host '{host}' is not a valid URL");
        // A file may be confidential, and plain HTTP would expose its content. A remote service cannot have a store on this machine.
        if (ServiceAddress.IsLoopback(address) ? !isLocal : address.Scheme != Uri.UriSchemeHttps)
            throw Broken(ServiceAddress.IsLoopback(address)
                ? $"the upload host '{host}' is on this machine, but the service is not" : $"the upload host '{host}' does not use https");
        return new UploadPolicy
        {
            Host = address,
            Folder = Text(data, "upload_dir").TrimEnd('/'),
            MaximumBytes = ReadMaximum(data),
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
            JsonValueKind.String => ReadString(value, name),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => null,
        };
        if (string.IsNullOrWhiteSpace(text))
            throw Broken($"'{name}' is missing");
        // A line break in a value would end the form field and could begin another field.
        return text.Any(char.IsControl) ? throw Broken($"'{name}' contains a line break or another control character") : text;
    }

    private static string? ReadString(JsonElement value, string name)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException half)
        {
            throw Broken($"'{name}' contains invalid Unicode (an unpaired surrogate)", half);
        }
    }

    private static long? ReadMaximum(JsonElement data) =>
        data.TryGetProperty("max_file_size_mb", out var most) && most.ValueKind == JsonValueKind.Number && most.TryGetInt64(out long megabytes)
        && megabytes is >= 0 and <= long.MaxValue / 1024 / 1024
            ? megabytes * 1024 * 1024
            : null;

    private static QwenException Broken(string why, Exception? cause = null) => new(QwenErrorKind.ProtocolError,
        $"The upload policy returned by the service is invalid: {why}. No file was sent. Try again later, or specify an https URL for the "
            + $"file.", cause);
}
