using System.Text.Json.Nodes;
using QwenChat.Catalogue;
using QwenChat.Export;
using QwenChat.Model;
using QwenChat.Protocols;
using Xunit;

namespace QwenChat.Tests.Export;

// Opens exported pages in a real browser, because the other tests share the assumptions of the code that writes the pages.
public sealed class HtmlPageInBrowserTests : IDisposable
{
    private const string Png = "iVBORw0KGgoAAAANSUhEUgAAAAsAAAALCAIAAAAmzuBxAAAAF0lEQVR4nGP4z8BAEBJWMaqEgWQVxCgBABcgs1AQZQrSAAAAAElFTkSuQmCC";
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"qwenchat-{Guid.NewGuid():N}.html");

    public void Dispose() => File.Delete(_path);

    [BrowserFact]
    public async Task A_browser_shows_the_page_without_errors()
    {
        WritePage();
        await using var browser = await HeadlessBrowser.StartAsync();
        await browser.OpenAsync(_path);
        Assert.Equal("CSS1Compat", (string?)await browser.EvaluateAsync("document.compatMode"));
        Assert.Equal(2, (int?)await browser.EvaluateAsync("document.querySelectorAll('section.turn').length"));
        Assert.Equal("11", (string?)await browser.EvaluateAsync("[...document.images].map(i => i.complete && i.naturalWidth).join()"));
        Assert.Equal("false", (string?)await browser.EvaluateAsync("[...document.querySelectorAll('details.thinking')].map(d => d.open).join()"));
        Assert.Equal("Get-Item", (string?)await browser.EvaluateAsync("document.querySelector('pre i.f').textContent"));
        Assert.True((bool?)await browser.EvaluateAsync(
            "document.querySelector('section.usage').getBoundingClientRect().top > document.querySelector('main').getBoundingClientRect().bottom - 1"));
        // Message text that looks like HTML must be displayed as text.
        Assert.Equal(0, (int?)await browser.EvaluateAsync("document.scripts.length + document.querySelectorAll('b, iframe').length"));
        Assert.Contains("<script>document.title = 'run'</script>", (string?)await browser.EvaluateAsync("document.querySelector('main').innerText"),
            StringComparison.Ordinal);
        Assert.Equal("trip", (string?)await browser.EvaluateAsync("document.title"));

        // Only the file and its data URLs may be loaded.
        var addresses = browser.Events.Where(happened => (string?)happened["method"] == "Network.requestWillBeSent")
            .Select(happened => (string)happened["params"]!["request"]!["url"]!).ToArray();
        Assert.Equal([new Uri(_path).AbsoluteUri], addresses.Where(address => !address.StartsWith("data:", StringComparison.Ordinal)));
        Assert.DoesNotContain(browser.Events,
            happened => (string?)happened["method"] is "Log.entryAdded" or "Runtime.consoleAPICalled" or "Runtime.exceptionThrown");
    }

    [BrowserFact]
    public async Task The_page_follows_the_systems_theme_and_fits_a_phone()
    {
        WritePage();
        await using var browser = await HeadlessBrowser.StartAsync();
        await browser.OpenAsync(_path);
        Assert.True(await BrightnessAsync(browser, "light") > 600);
        Assert.True(await BrightnessAsync(browser, "dark") < 200);
        await browser.CallAsync("Emulation.setDeviceMetricsOverride",
            new JsonObject { ["width"] = 360, ["height"] = 640, ["deviceScaleFactor"] = 1, ["mobile"] = true });
        Assert.Equal(360, (int?)await browser.EvaluateAsync("document.documentElement.scrollWidth"));
    }

    private static async Task<int> BrightnessAsync(HeadlessBrowser browser, string scheme)
    {
        var feature = new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = scheme };
        await browser.CallAsync("Emulation.setEmulatedMedia", new JsonObject { ["features"] = new JsonArray(feature) });
        return (int)(await browser.EvaluateAsync(
            "(() => { const c = getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g).map(Number); return c[0] + c[1] + c[2] })()"))!;
    }

    private void WritePage()
    {
        var conversation = Sample.Plain(0);
        conversation.Name = "trip";
        var protocol = ChatProtocol.For(QwenApi.ChatCompletions, ModelCatalogue.DefaultModel);
        var said = protocol.WriteMessage(new MessageDraft("user", [DraftPart.OfText("See"), new("image", "data:image/png;base64," + Png)]), Sample.Now);
        var answered = protocol.WriteMessage(
            MessageDraft.OfText("assistant",
                "Use `this`:\n\n```powershell\nGet-Item $x | Sort-Object Length -Descending | Select-Object -First 10 -Property Name, Length, "
                    + "LastWriteTime\n```"), Sample.Now);
        conversation.Append(
            new QwenTurn(1, [.. said, .. answered], said.Count) { CreatedAt = Sample.Now, Usage = new QwenUsage { InputTokens = 1200, OutputTokens = 5 } }, 0);
        conversation.Append(Sample.Turn(2, "<b>x</b>",
            "<script>document.title = 'run'</script><iframe src=\"https://example.com\"></iframe> ![i](https://example.com/i.png)", thinking: "Hm."), 0);
        using var file = File.Create(_path);
        HtmlPage.Write(file, ConversationFileContent.Of(conversation), Sample.Now);
    }
}
