using System.Globalization;
using System.Text;
using System.Text.Json;
using QwenChat.Connection;
using Xunit;

namespace QwenChat.Tests.Connection;

/// <summary>Tests that keys in any form are removed from a server's text, and that other text is kept.</summary>
public class RedactionTests
{
    private const string Key = "sk-Marked_0123+45/6789.abcdef";

    private static QwenConnection Connection(string key) =>
        QwenConnection.To(new Uri("https://dashscope-intl.aliyuncs.com"), ConnectionEnvironment.Protect(key));

    private static string Redact(string text, string key = Key) => Redaction.Of(Connection(key)).Of(text);

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static string Each(Func<char, string> form) => string.Concat(Key.Select(form));

    public static TheoryData<string> Forms => new()
    {
        Key,
        Key.ToUpperInvariant(),
        Key.ToLowerInvariant(),
        string.Concat(Key.Select(c => char.IsUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c))),
        new string(Key.Reverse().ToArray()),
        Uri.EscapeDataString(Key),
        Uri.EscapeDataString(Uri.EscapeDataString(Key)),
        Each(c => $"%{(int)c:X2}"),
        Each(c => $"%{(int)c:x2}"),
        Each(c => $"%25{(int)c:x2}"),
        Each(c => $"\\u{(int)c:x4}"),
        Each(c => $"\\\\u{(int)c:X4}"),
        Each(c => $"\\x{(int)c:x2}"),
        Each(c => $"&#{(int)c};"),
        Each(c => $"&#x{(int)c:x};"),
        JsonEncodedText.Encode(Key).ToString(),
        Key.Replace("/", "\\/", StringComparison.Ordinal),
        Convert.ToBase64String(Utf8(Key)),
        Convert.ToBase64String(Utf8("u:" + Key)),
        Convert.ToBase64String(Utf8("Bearer " + Key + "\n")),
        Convert.ToBase64String(Utf8(Key)).Replace('+', '-').Replace('/', '_').TrimEnd('='),
        Convert.ToBase64String(Encoding.Unicode.GetBytes(Key)),
        Convert.ToHexString(Utf8(Key)),
        Convert.ToHexString(Utf8(Key)).ToLowerInvariant(),
        BitConverter.ToString(Utf8(Key)),
        string.Join('\u200B', Key.ToCharArray()),
        string.Join('\0', Key.ToCharArray()),
        string.Join("\u00AD", Key.ToCharArray()),
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Every_form_of_a_key_is_removed(string form)
    {
        string shown = Redact($"before \"{form}\" after");
        Assert.StartsWith("before \"", shown, StringComparison.Ordinal);
        Assert.EndsWith("\" after", shown, StringComparison.Ordinal);
        Assert.Contains('…', shown);
        // In base64, characters that share a group with the key may also be removed.
        Assert.InRange(shown.Length, "before \"…\" after".Length, "before \"…\" after".Length + 22);
        Assert.DoesNotContain(form[4..12], shown, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_truncated_key_of_any_length_is_removed()
    {
        for (int length = 6; length < Key.Length; length++)
        {
            Assert.Equal("Bearer …", Redact("Bearer " + Key[..length]).Replace("……", "…", StringComparison.Ordinal));
            Assert.DoesNotContain(Key[..6], Redact($"Bearer {Key[..length]}… Check it."), StringComparison.Ordinal);
            Assert.DoesNotContain(Key[..6], Redact($"Bearer {Key[..length]}..."), StringComparison.Ordinal);
        }
        for (int length = 12; length < Key.Length; length++)
            Assert.DoesNotContain(Key[..12], Redact($"Bearer {Key[..length]}<b>{Key[length..]}</b>"), StringComparison.Ordinal);
    }

    [Fact]
    public void Several_keys_are_removed_everywhere()
    {
        var both = Redaction.Of(Connection(Key)).With(Connection("sk-another-0123456789"));
        Assert.Equal("a … b … c … d", both.Of($"a {Key} b sk-another-0123456789 c {Key} d"));
    }

    [Theory]
    [InlineData("x", "an example of x")]
    [InlineData("sk", "The task asks: sk-skip")]
    [InlineData("none", "None of the models is none")]
    [InlineData("EMPTY", "the body was empty: EMPTY")]
    [InlineData("test", "The test failed; testing goes on, untested")]
    [InlineData("ollama", "model ollama/llama3 not found by ollama")]
    [InlineData("1234", "12345 and 01234")]
    [InlineData("sk-1", "sk-12, task-1 and sk-1-a")]
    [InlineData("lm-studio", "use lm-studio-server")]
    public void A_short_key_does_not_garble_text(string key, string text) => Assert.Equal(text, Redact(text, key));

    [Theory]
    [InlineData("sk-1", "bad key sk-1.", "bad key ….")]
    [InlineData("sk-12345", "{\"authorization\":\"Bearer sk-12345\"}", "{\"authorization\":\"Bearer …\"}")]
    [InlineData("none", "authorization: Bearer none", "authorization: Bearer …")]
    [InlineData("test", "{\"api_key\": \"test\"}", "{\"api_key\": \"…\"}")]
    public void A_short_key_is_removed_where_it_is_used_as_a_key(string key, string text, string shown) => Assert.Equal(shown, Redact(text, key));

    [Theory]
    [InlineData("see https://user:secret@host.example/path", "see https://…@host.example/path")]
    [InlineData("'http://me@host.example'", "'http://…@host.example'")]
    [InlineData("https://host.example/?api_key=abc&model=m#f", "https://host.example/?api_key=…&model=m#f")]
    [InlineData("https://host.example/x?a=1&KEY=abc", "https://host.example/x?a=1&KEY=…")]
    [InlineData("https://h.example/x?Signature=a%2Bb&Expires=1&OSSAccessKeyId=q", "https://h.example/x?Signature=…&Expires=1&OSSAccessKeyId=q")]
    [InlineData("api-key=abc", "api-key=…")]
    [InlineData("mail me@host.example, keyboard=qwerty, a=b", "mail me@host.example, keyboard=qwerty, a=b")]
    public void Credentials_in_addresses_are_removed(string text, string shown) => Assert.Equal(shown, Redaction.OfAddresses.Of(text));

    [Fact]
    public void An_error_keeps_everything_except_its_secrets()
    {
        var failure = new QwenException(QwenErrorKind.RateLimited, $"Too many for {Key}.", new InvalidOperationException(Key))
        {
            Status = 429,
            Code = "c" + Key,
            RequestId = Key,
            Retryable = true,
            Retry = RetryAdvice.Soon,
            MayHaveArrived = true,
            RetryAfter = TimeSpan.FromSeconds(3),
        };
        var safe = Redaction.Of(Connection(Key)).Of(failure);
        Assert.Equal((QwenErrorKind.RateLimited, "Too many for ….", 429, "c…", "…"), (safe.Kind, safe.Message, safe.Status, safe.Code, safe.RequestId));
        Assert.Equal((true, RetryAdvice.Soon, true, TimeSpan.FromSeconds(3), null),
            (safe.Retryable, safe.Retry, safe.MayHaveArrived, safe.RetryAfter, safe.InnerException));
        var other = new QwenException(QwenErrorKind.RateLimited, "Nothing in it.", new InvalidOperationException("nor here"));
        Assert.Same(other, Redaction.Of(Connection(Key)).Of(other));
    }

    [Fact]
    public void Secrets_are_removed_from_the_target_of_an_error()
    {
        var redaction = Redaction.Of(Connection(Key));
        var plain = new Uri("https://host.example/");
        Assert.Equal("id …", redaction.OfTarget("id " + Key));
        Assert.Equal("https://…@host.example/", redaction.OfTarget(new Uri("https://a:b@host.example/")));
        Assert.Same(plain, redaction.OfTarget(plain));
        Assert.Equal(7, redaction.OfTarget(7));
        Assert.Null(redaction.OfTarget(null));
    }

    [Fact]
    public void Text_without_a_key_is_the_same_string()
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"{new string('s', 5000)}k-Marked %2 \\u00 &# &#x; \\");
        Assert.Same(text, Redact(text));
    }
}
