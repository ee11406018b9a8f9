using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace QwenChat.Tests.Export;

/// <summary>A headless browser with one open page, controlled through the DevTools protocol.</summary>
internal sealed class HeadlessBrowser : IAsyncDisposable
{
    private readonly DirectoryInfo _profile = Directory.CreateTempSubdirectory("qwenchat-browser-");
    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromSeconds(60));
    private readonly Process _process;
    private string? _session;
    private int _lastId;

    private HeadlessBrowser(string browser)
    {
        // The browser runs without a sandbox, because tests may run as root in a container. The page is trusted.
        string[] arguments =
        [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update",
            "--no-first-run", "--hide-scrollbars", "--remote-debugging-port=0", "--user-data-dir=" + _profile.FullName, "about:blank",
        ];
        _process = Process.Start(new ProcessStartInfo(browser, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
    }

    /// <summary>The browser's events, such as requests and console messages.</summary>
    public List<JsonNode> Events { get; } = [];

    public static async Task<HeadlessBrowser> StartAsync()
    {
        var browser = new HeadlessBrowser(BrowserFactAttribute.Browser!);
        try
        {
            await browser.ConnectAsync();
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens a file and waits until it is loaded, including images.</summary>
    public async Task OpenAsync(string path)
    {
        await CallAsync("Page.navigate", new JsonObject { ["url"] = new Uri(path).AbsoluteUri });
        while (!Events.Exists(happened => (string?)happened["method"] == "Page.loadEventFired"))
            await ReceiveAsync();
    }

    /// <summary>Returns the value of an expression in the page, as JSON.</summary>
    public async Task<JsonNode?> EvaluateAsync(string expression)
    {
        var result = await CallAsync("Runtime.evaluate", new JsonObject { ["expression"] = expression, ["returnByValue"] = true, ["awaitPromise"] = true });
        return result["exceptionDetails"] is { } failure ? throw new InvalidOperationException(failure.ToJsonString()) : result["result"]!["value"];
    }

    public async Task<JsonNode> CallAsync(string method, JsonObject? parameters = null)
    {
        int id = ++_lastId;
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
        if (_session is not null)
            message["sessionId"] = _session;
        await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, true, _timeout.Token);
        while (true)
        {
            var answer = await ReceiveAsync();
            if ((int?)answer["id"] == id)
                return answer["result"] ?? throw new InvalidOperationException($"{method}: {answer["error"]?.ToJsonString()}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        // A connected browser is asked to exit, so that it releases its profile. Otherwise, the process and its child processes are killed.
        if (_session is not null && _socket.State == WebSocketState.Open)
            await _socket.SendAsync("{\"id\":0,\"method\":\"Browser.close\"}"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
        else if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _socket.Dispose();
        _process.Dispose();
        _timeout.Dispose();
        _profile.Delete(recursive: true);
    }

    private async Task ConnectAsync()
    {
        const string mark = "DevTools listening on ";
        var address = new TaskCompletionSource<string>();
        // The output is read to the end. Otherwise, the browser could block when the pipe is full.
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null)
                address.TrySetException(new InvalidOperationException("The browser ended."));
            else if (line.Data.StartsWith(mark, StringComparison.Ordinal))
                address.TrySetResult(line.Data[mark.Length..]);
        };
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        await _socket.ConnectAsync(new Uri(await address.Task.WaitAsync(_timeout.Token)), _timeout.Token);
        var targets = await CallAsync("Target.getTargets");
        var page = targets["targetInfos"]!.AsArray().First(target => (string?)target!["type"] == "page")!;
        var attached = await CallAsync("Target.attachToTarget", new JsonObject { ["targetId"] = (string)page["targetId"]!, ["flatten"] = true });
        _session = (string)attached["sessionId"]!;
        foreach (string domain in (string[])["Page", "Network", "Runtime", "Log"])
            await CallAsync(domain + ".enable");
    }

    private async Task<JsonNode> ReceiveAsync()
    {
        using var message = new MemoryStream();
        byte[] buffer = new byte[16 * 1024];
        WebSocketReceiveResult part;
        do
        {
            part = await _socket.ReceiveAsync(buffer, _timeout.Token);
            message.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        var node = JsonNode.Parse(message.ToArray())!;
        if (node["method"] is not null)
            Events.Add(node);
        return node;
    }
}
