using System.Text;
using QwenChat.Connection;
using QwenChat.Protocols;
using QwenChat.Protocols.Conversations;
using QwenChat.Protocols.Errors;

namespace QwenChat.Tests.Reliability.Fuzz;

/// <summary>Fuzzes errors from a server that echoes the API key. No error may contain the beginning of the key.</summary>
internal sealed class RedactionTarget() : FuzzTarget("errors with the key", [.. SeedFiles.Errors.Concat(SeedFiles.State).Select(WithKey)])
{
    private const string Key = "sk-Fuzzed0123456789abcdefFuzzed";
    private const int Shown = 12;

    private static readonly Redaction s_redaction =
        Redaction.Of(QwenConnection.To(new Uri("https://dashscope-intl.aliyuncs.com"), ConnectionEnvironment.Protect(Key)));

    protected override void Read(byte[] input)
    {
        foreach (int status in (int[])[200, 400, 502])
            Look(ErrorReader.Read(status, input, "r"));
        Attempt(() => StateReader.ReadConversation(input));
        Attempt(() => StateReader.ReadItems(input));
        Attempt(() => StateReader.ReadResponse(input));
        Attempt(() => EmbeddingProtocol.Read(input, 1, null));
    }

    private static void Attempt(Action read)
    {
        try
        {
            read();
        }
        catch (QwenException refused)
        {
            Look(refused);
        }
    }

    private static void Look(QwenException failure)
    {
        var safe = s_redaction.Of(failure);
        string told = $"{safe.Message}\n{safe.Code}\n{safe.RequestId}\n{safe}";
        Demand(!told.Contains(Key[..Shown], StringComparison.OrdinalIgnoreCase), $"The message contains a part of the key: {safe.Message}");
        Demand(ReferenceEquals(s_redaction.Of(safe), safe), "Redacting a redacted error changes it.");
    }

    private static byte[] WithKey(byte[] seed, int index) =>
        [.. seed.AsSpan(0, seed.Length / 2), .. Encoding.UTF8.GetBytes(index % 2 == 0 ? Key : $"Authorization: Bearer {Key}\n"),
        .. seed.AsSpan(seed.Length / 2)];
}
