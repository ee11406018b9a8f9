using QwenChat.Emulator.Batches;
using QwenChat.Emulator.Endpoints;
using QwenChat.Emulator.Http;

namespace QwenChat.Emulator;

/// <summary>The handler of a URL, with its API and error envelope.</summary>
internal sealed record Route(string Api, ErrorForm Errors, Func<ApiCall, Task<EmulatedAnswer>> Answer)
{
    public bool NeedsKey { get; init; } = true;
}

/// <summary>Maps URLs to handlers (wire §1.2).</summary>
internal sealed class Routes
{
    private const string Compatible = "/compatible-mode/v1";
    private const string Older = "/api/v2/apps/protocols/compatible-mode/v1";
    private readonly ChatCompletionsEndpoint _chat;
    private readonly ResponsesEndpoint _responses;
    private readonly ConversationsEndpoint _conversations;
    private readonly DashScopeEndpoint _native;
    private readonly EmbeddingsEndpoint _embeddings;
    private readonly UploadsEndpoint _uploads;
    private readonly LimitsEndpoint _limits;
    private readonly FilesEndpoint _files;
    private readonly BatchesEndpoint _batches;

    public Routes(QwenEmulatorOptions options, EmulatorClock clock, Func<Uri> address)
    {
        _uploads = new UploadsEndpoint(clock, address);
        var rates = new RateLimits(options, clock);
        var generator = new Generator(options, clock, _uploads, rates);
        _limits = new LimitsEndpoint(options);
        _chat = new ChatCompletionsEndpoint(generator);
        var conversations = new ConversationStore(clock);
        _responses = new ResponsesEndpoint(generator, clock, new ResponseStore(clock), conversations, options.KnowledgeBases);
        _conversations = new ConversationsEndpoint(clock, conversations);
        _native = new DashScopeEndpoint(generator);
        _embeddings = new EmbeddingsEndpoint(options, rates);
        var files = new FileStore(clock);
        _files = new FilesEndpoint(files);
        _batches = new BatchesEndpoint(options, clock, files, _chat, _embeddings);
    }

    public Route Find(HttpRequest request)
    {
        string path = request.Path;
        bool older = path.StartsWith(Older + "/", StringComparison.Ordinal);
        if (older || path.StartsWith(Compatible + "/", StringComparison.Ordinal))
        {
            string[] parts = path[(older ? Older : Compatible).Length..].Split('/', StringSplitOptions.RemoveEmptyEntries);
            var found = FindCompatible(request, parts, older);
            if (found is not null)
                return found;
        }
        var native = FindNative(request);
        if (native is not null)
            return native;
        return new Route("", ErrorForm.Flat, _ => throw new ApiRefusal(404, "Not Found", "Not support"));
    }

    private Route? FindNative(HttpRequest request) => (request.Method, request.Path) switch
    {
        ("POST", "/api/v1/services/aigc/text-generation/generation") =>
            new Route("DashScope", ErrorForm.Flat, call => _native.CreateAsync("text-generation", call)),
        ("POST", "/api/v1/services/aigc/multimodal-generation/generation") =>
            new Route("DashScope", ErrorForm.Flat, call => _native.CreateAsync(DashScopeRequest.Multimodal, call)),
        ("POST", "/api/v1/services/embeddings/text-embedding/text-embedding") => new Route("Embeddings", ErrorForm.Flat, _embeddings.CreateNativeAsync),
        ("GET", "/api/v1/models") => new Route("Models", ErrorForm.Flat, ModelListEndpoint.ListAsync),
        ("GET", "/api/v1/models/limits" or "/api/v1/quotas") => new Route("Models", ErrorForm.Flat, _limits.ListAsync),
        ("GET", "/api/v1/uploads") => new Route("Uploads", ErrorForm.Flat, _uploads.GetPolicyAsync),
        ("POST", UploadsEndpoint.StoragePath) => new Route("Uploads", ErrorForm.Flat, _uploads.StoreAsync) { NeedsKey = false },
        _ => null,
    };

    private Route? FindCompatible(HttpRequest request, string[] parts, bool older) => (request.Method, parts) switch
    {
        ("POST", ["chat", "completions"]) when !older => new Route("ChatCompletions", ErrorForm.Nested, _chat.CreateAsync),
        ("POST", ["embeddings"]) when !older => new Route("Embeddings", ErrorForm.Nested, _embeddings.CreateAsync),
        ("POST", ["responses"]) => new Route(NamesConversation(request) ? "Conversations" : "Responses", ErrorForm.Flat, _responses.CreateAsync),
        ("GET", ["responses", var id]) => new Route("Responses", ErrorForm.Flat, _ => _responses.RetrieveAsync(id)),
        ("DELETE", ["responses", var id]) => new Route("Responses", ErrorForm.Flat, _ => _responses.DeleteAsync(id)),
        ("GET", ["responses", var id, "input_items"]) => new Route("Responses", ErrorForm.Flat, call => _responses.ListInputItemsAsync(id, call)),
        ("GET", ["models"]) when !older => new Route("Models", ErrorForm.Nested, _ => ModelsEndpoint.ListAsync()),
        ("GET", ["models", var name]) when !older =>
            new Route("Models", ErrorForm.Nested, call => ModelsEndpoint.RetrieveAsync(Uri.UnescapeDataString(name), call)),
        (_, ["conversations", ..]) => FindConversations(request, parts),
        (_, ["files" or "batches", ..]) when !older => FindBulk(request, parts),
        (_, ["responses"] or ["responses", _]) => WrongMethod("Responses", request),
        (_, ["chat", "completions"]) when !older => WrongMethod("ChatCompletions", request),
        _ => null,
    };

    private Route? FindConversations(HttpRequest request, string[] parts)
    {
        Func<ApiCall, Task<EmulatedAnswer>>? answer = (request.Method, parts) switch
        {
            ("POST", [_]) => _conversations.CreateAsync,
            ("GET", [_, var id]) => _ => _conversations.RetrieveAsync(id),
            ("POST", [_, var id]) => call => _conversations.UpdateAsync(id, call),
            ("DELETE", [_, var id]) => _ => _conversations.DeleteAsync(id),
            ("POST", [_, var id, "items"]) => call => _conversations.CreateItemsAsync(id, call),
            ("GET", [_, var id, "items"]) => call => _conversations.ListItemsAsync(id, call),
            ("GET", [_, var id, "items", var item]) => _ => _conversations.RetrieveItemAsync(id, item),
            ("DELETE", [_, var id, "items", var item]) => _ => _conversations.DeleteItemAsync(id, item),
            _ => null,
        };
        if (answer is not null)
            return new Route("Conversations", ErrorForm.Flat, answer);
        return parts is [_] or [_, _] or [_, _, "items"] or [_, _, "items", _] ? WrongMethod("Conversations", request) : null;
    }

    private Route? FindBulk(HttpRequest request, string[] parts)
    {
        Func<ApiCall, Task<EmulatedAnswer>>? answer = (request.Method, parts) switch
        {
            ("POST", ["files"]) => _files.CreateAsync,
            ("GET", ["files"]) => _files.ListAsync,
            ("GET", ["files", var id]) => _ => _files.RetrieveAsync(id),
            ("DELETE", ["files", var id]) => _ => _files.DeleteAsync(id),
            ("GET", ["files", var id, "content"]) => _ => _files.ReadContentAsync(id),
            ("POST", ["batches"]) => _batches.CreateAsync,
            ("GET", ["batches"]) => _batches.ListAsync,
            ("GET", ["batches", var id]) => _ => _batches.RetrieveAsync(id),
            ("POST", ["batches", var id, "cancel"]) => _ => _batches.CancelAsync(id),
            _ => null,
        };
        return answer is null ? null : new Route(parts[0] == "files" ? "Files" : "Batches", ErrorForm.Nested, answer);
    }

    /// <summary>Returns whether the request specifies a conversation object; false if the body cannot be read. The handler then rejects the request.</summary>
    private static bool NamesConversation(HttpRequest request) => ResponsesRequest.NamesConversation(request.Body);

    private static Route WrongMethod(string api, HttpRequest request) => new(api, ErrorForm.Flat, _ =>
        throw new ApiRefusal(405, "Method Not Allowed", $"Method '{request.Method}' is not allowed for '{request.Path}'."));
}
