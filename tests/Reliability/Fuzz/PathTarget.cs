using System.Text;
using QwenChat.Connection;

namespace QwenChat.Tests.Reliability.Fuzz;

/// <summary>Fuzzes the ids in request paths. A request must go to the resource with that id in its collection, or not be sent.</summary>
internal sealed class PathTarget() : FuzzTarget("ids in paths", [.. s_seeds.Select(Encoding.UTF8.GetBytes)])
{
    private static readonly string[] s_seeds =
    [
        "resp_1", "7e2c6c5a-9d8e-4f00-8a55-0c5a3a1b2c3d", "..", ".", @"..\conversations\conv_1", "../../api/v1/files/x", "%2e%2e%2fx", "a?b#c",
            "//host.example/x", "a\0b", "a\nb", "\u2024\u2024", "\uFF0Ex",
    ];

    private static readonly QwenConnection s_connection =
        QwenConnection.To(new Uri("https://dashscope-intl.aliyuncs.com"), ConnectionEnvironment.Protect("sk-none"));

    protected override void Read(byte[] input)
    {
        string id = Encoding.UTF8.GetString(input);
        Look(s_connection.Responses([id]), "/compatible-mode/v1/responses/" + id);
        Look(s_connection.Conversations(["conv_1", "items", id], "after=x"), "/compatible-mode/v1/conversations/conv_1/items/" + id);
    }

    private static void Look(Uri address, string path)
    {
        Demand(address.AbsolutePath == path, $"The request would go to {address}.");
        Demand(address.Host == "dashscope-intl.aliyuncs.com" && address.Fragment.Length == 0, $"The request would go to {address}.");
    }
}
