using System.Text;
using QwenChat.Connection;
using QwenChat.Model;
using Xunit;
using Xunit.Abstractions;

namespace QwenChat.Tests.Faults;

/// <summary>Tests servers that echo the API key. No error or notice may contain any part of the key, even if the key is truncated.</summary>
public class RepeatedKeyTests(ITestOutputHelper output)
{
    private const string Key = "sk-Marked0123456789abcdefMarked";
    private readonly FaultCases _cases = new(output);

    [Fact]
    public async Task No_operation_repeats_a_key_that_the_server_repeats()
    {
        var connection = QwenConnection.To(new Uri("https://dashscope-intl.aliyuncs.com"), ConnectionEnvironment.Protect(Key)) with { MaximumRetryCount = 0 };
        foreach (var (name, operation) in ServiceOperations.All)
        {
            foreach (var (what, answer) in Answers())
            {
                var notices = new NoticeQueue { WantsDebug = true };
                var service = new ScriptedService(_ => answer());
                var failure = await Record.ExceptionAsync(() => operation(connection, service.Over(connection), notices));
                _cases.Add($"{name}: {what}", Messages(failure, notices) is var text && Leak(text) is { } leak ? $"'{leak}' is in the text: {text}"
                    : failure is null or QwenException ? null : $"it ended with {failure}");
            }
        }
        _cases.Check();
    }

    private static string Messages(Exception? failure, NoticeQueue notices)
    {
        var text = new StringBuilder().Append(failure);
        if (failure is QwenException known)
            text.Append(known.Code).Append(known.RequestId);
        while (notices.TryTake(out var notice))
            text.Append('\n').Append(notice.Text);
        return text.ToString();
    }

    private static string? Leak(string text)
    {
        string plain = Uri.UnescapeDataString(text);
        foreach (string form in (string[])[Key, new string(Key.Reverse().ToArray()), Convert.ToBase64String(Encoding.UTF8.GetBytes(Key)),
            Convert.ToHexString(Encoding.UTF8.GetBytes(Key))])
        {
            for (int at = 0; at + 8 <= form.Length; at++)
            {
                if (plain.Contains(form.Substring(at, 8), StringComparison.OrdinalIgnoreCase))
                    return form.Substring(at, 8);
            }
        }
        return null;
    }

    private static IEnumerable<(string What, Func<HttpResponseMessage> Answer)> Answers()
    {
        foreach (var (form, key) in Forms())
        {
            foreach (int status in (int[])[200, 302, 400, 502])
            {
                foreach (var (shape, body) in Bodies())
                    yield return ($"{status}, {shape}, {form}",
                        () => ScriptedService.Answer(body.Replace("KEY", key, StringComparison.Ordinal), status, "text/plain",
                        ("x-request-id", key), ("Location", $"https://elsewhere.example/?key={key}&x={key}")));
            }
        }
        // Places the key where the text of an error is truncated: after 200 visible characters, or after the first 16 KB of a page.
        foreach (int before in Enumerable.Range(50, 20).Select(i => 3 * i).Concat(Enumerable.Range((16 * 1024) - 40, 42)))
        {
            string page = before < 1000 ? new string('x', before) : "<!--" + new string('x', before - 7) + "-->";
            yield return ($"cut after {before}", () => ScriptedService.Answer($"{page}{Key} end", 502, "text/plain"));
        }
        yield return ("cut message",
            () => ScriptedService.Answer($$$"""{"error":{"message":"{{{new string('x', (8 * 1024) - 15)}}}{{{Key}}}","code":"c"}}""", 400));
    }

    private static IEnumerable<(string, string)> Forms()
    {
        yield return ("plain", Key);
        yield return ("other case", Key.ToUpperInvariant());
        yield return ("percent", string.Concat(Key.Select(c => $"%{(int)c:X2}")));
        yield return ("base64", Convert.ToBase64String(Encoding.UTF8.GetBytes(Key)));
        yield return ("base64 of more", Convert.ToBase64String(Encoding.UTF8.GetBytes("ab:" + Key)));
        yield return ("hex", Convert.ToHexString(Encoding.UTF8.GetBytes(Key)));
    }

    private static IEnumerable<(string, string)> Bodies()
    {
        yield return ("a page", "<html><body><pre>authorization: Bearer KEY</pre></body></html>");
        yield return ("plain text", "Authorization: Bearer KEY");
        yield return ("escaped", "{\"error\":{\"message\":\"" + string.Concat(Key.Select(c => $"\\u{(int)c:x4}")) + "\"}}");
        yield return ("an object with only unknown fields", """{"nope":"Bearer KEY","n":1}""");
        yield return ("an error", """{"error":{"message":"Bad KEY.","code":"KEY","type":"KEY"},"request_id":"KEY"}""");
        yield return ("a flat error", """{"code":"KEY","message":"KEY","request_id":"KEY"}""");
        yield return ("an id", """{"id":"KEY/x","object":"conversation","deleted":false}""");
        yield return ("cut JSON", """{"id":"KEY""");
        yield return ("no list",
            """{"data":{"upload_host":"ftp:"""
                + """//KEY","upload_dir":"d","oss_access_key_id":"a","policy":"p","signature":"s","x_oss_object_acl":"p","x_oss_forbid_overwrite":"t"}}""");
        yield return ("a wrong list", """{"data":[{"index":"KEY","embedding":"KEY"}]}""");
        yield return ("events", "event: error\ndata: {\"code\":\"KEY\",\"message\":\"KEY\"}\n\n");
        yield return ("broken events", "data: {\"choices\":[{\"delta\":{\"content\":\"He\"},\"index\":0}]}\n\ndata: {\"id\":KEY\n\n");
        yield return ("a failed response",
            """{"id":"resp_1","object":"response","status":"failed","error":{"code":"KEY","message":"Bearer KEY"},"output":[]}""");
    }
}
