using System.Text;
using System.Text.Json.Nodes;

namespace QwenChat.Emulator.Endpoints;

/// <summary>Temporary uploads: a policy from the service, a form for the storage service, and an <c>oss://</c> URL for the model (wire §6.4).</summary>
internal sealed class UploadsEndpoint(EmulatorClock clock, Func<Uri> address)
{
    /// <summary>The path of the emulated storage service. The real storage service has its own host.</summary>
    public const string StoragePath = "/emulated-storage";
    private const string AccessKeyId = "emulated-access-key";
    private const int PolicySeconds = 300;
    private static readonly TimeSpan s_lifetime = TimeSpan.FromHours(48);
    private static readonly string[] s_fields = ["OSSAccessKeyId", "policy", "Signature", "key", "x-oss-object-acl", "x-oss-forbid-overwrite"];
    private readonly Dictionary<string, Policy> _policies = [];
    private readonly Dictionary<string, StoredFile> _files = [];

    public Task<EmulatedAnswer> GetPolicyAsync(ApiCall call)
    {
        if (call.Request.QueryValue("action") != "getPolicy" || call.Request.QueryValue("model") is not { Length: > 0 } model)
            throw ApiRefusal.Parameter("Required body invalid, please check the request body format.");
        var policy = new Policy(FormattableString.Invariant($"dashscope-instant/emulated/{clock.Now:yyyy-MM-dd}/{call.RequestId}"), model,
            clock.Now.AddSeconds(PolicySeconds));
        string name = Convert.ToBase64String(Encoding.UTF8.GetBytes(call.RequestId));
        lock (_policies)
            _policies.Add(name, policy);
        return Task.FromResult<EmulatedAnswer>(BodyAnswer.Json(200, new JsonObject
        {
            ["data"] = new JsonObject
            {
                ["policy"] = name,
                ["signature"] = Sign(name),
                ["upload_dir"] = policy.Directory,
                ["upload_host"] = new Uri(address(), StoragePath).ToString(),
                ["expire_in_seconds"] = PolicySeconds,
                ["max_file_size_mb"] = 1024,
                ["capacity_limit_mb"] = 999999999,
                ["oss_access_key_id"] = AccessKeyId,
                ["x_oss_object_acl"] = "private",
                ["x_oss_forbid_overwrite"] = "true",
            },
            ["request_id"] = call.RequestId,
        }));
    }

    public Task<EmulatedAnswer> StoreAsync(ApiCall call)
    {
        var form = MultipartForm.Read(call.Request);
        var fields = form.ToDictionary(part => part.Name, part => part.Text, StringComparer.Ordinal);
        if (call.Request.Header("authorization") is not null || s_fields.Any(field => !fields.ContainsKey(field)) || form[^1].Name != "file")
            return Denied(call, 400, "InvalidArgument", "A field of the form is missing, a field follows the file, or the form was sent with an API key.");
        Policy? policy;
        lock (_policies)
            policy = _policies.GetValueOrDefault(fields["policy"]);
        if (policy is null || fields["Signature"] != Sign(fields["policy"]) || fields["OSSAccessKeyId"] != AccessKeyId)
            return Denied(call, 403, "SignatureDoesNotMatch", "The request signature does not conform.");
        if (clock.Now >= policy.Expires)
            return Denied(call, 403, "AccessDenied", "Invalid according to Policy: Policy expired.");
        if (!fields["key"].StartsWith(policy.Directory + "/", StringComparison.Ordinal))
            return Denied(call, 403, "AccessDenied", "Invalid according to Policy: Policy Condition failed: [\"starts-with\", \"$key\"].");
        lock (_files)
            _files[fields["key"]] = new StoredFile(policy.Model, form[^1].Content.Length, clock.Now + s_lifetime);
        int status = fields.GetValueOrDefault("success_action_status") == "200" ? 200 : 204;
        return Task.FromResult<EmulatedAnswer>(new BodyAnswer(status, "application/xml", []));
    }

    /// <summary>Checks the <c>oss://</c> URLs of a prompt: the header that allows reading them, the model of the upload, and their age.</summary>
    /// <exception cref="ApiRefusal">
    /// A URL cannot be read. The error messages are documented (wire §12.3); the condition for each message is assumed [A17].
    /// </exception>
    public void Check(GenerationRequest request, ApiCall call, Func<string, ApiRefusal> parameter)
    {
        const string scheme = "oss://";
        foreach (string key in request.Messages.SelectMany(message => message.Attachments).Where(media => media.StartsWith(scheme, StringComparison.Ordinal))
            .Select(media => media[scheme.Length..]))
        {
            if (!string.Equals(call.Request.Header("x-dashscope-ossresourceresolve"), "enable", StringComparison.OrdinalIgnoreCase))
                throw parameter("The provided URL does not appear to be valid. Ensure it is correctly formatted.");
            StoredFile? file;
            lock (_files)
                file = _files.GetValueOrDefault(key);
            if (file is null || file.Expires <= clock.Now || file.Model != request.Model.Id)
                throw parameter("Failed to download multimodal content.");
        }
    }

    private static string Sign(string policy) => Convert.ToBase64String(Encoding.UTF8.GetBytes("signed:" + policy));

    /// <summary>Returns an error of the storage service, which uses XML.</summary>
    private static Task<EmulatedAnswer> Denied(ApiCall call, int status, string code, string message)
    {
        string body =
            $"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>\n  <Code>{code}</Code>\n  "
            + $"<Message>{System.Security.SecurityElement.Escape(message)}</Message>\n  <RequestId>{call.RequestId}</RequestId>\n</Error>\n";
        return Task.FromResult<EmulatedAnswer>(new BodyAnswer(status, "application/xml", Encoding.UTF8.GetBytes(body)));
    }

    private sealed record Policy(string Directory, string Model, DateTimeOffset Expires);

    private sealed record StoredFile(string Model, int Length, DateTimeOffset Expires);
}
