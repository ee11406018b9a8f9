using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using QwenChat.Model;
using Xunit;

namespace QwenChat.Tests.Model;

public class QwenItemMediaTests
{
    private static readonly string s_base64 = Convert.ToBase64String(Enumerable.Range(0, 9000).Select(i => (byte)i).ToArray());

    [Theory]
    [InlineData("""{"role":"user","content":[{"type":"text","text":"Hi"},{"type":"image_url","image_url":{"url":"data:image/png;base64,@"}}]}""")]
    [InlineData("""{"type":"message","role":"user","content":[{"type":"input_image","image_url":"data:image/png;base64,@"},"""
        + """{"type":"input_text","text":"Hi"}]}""")]
    [InlineData("""{"role":"user","content":[{"image":"data:image/png;base64,@"},{"text":"Hi"}]}""")]
    [InlineData("""{"role":"user","content":[{"type":"video","video":["data:image/png;base64,@","data:image/png;base64,@"]},{"text":"Hi"}]}""")]
    public void An_item_with_a_file_is_read_as_it_was_written(string pattern)
    {
        string json = pattern.Replace("@", s_base64, StringComparison.Ordinal);
        var item = Item(json);
        Assert.Equal(json, Encoding.UTF8.GetString(item.Json.Span));
        Assert.Equal(json, string.Concat(item.Pieces.Select(piece => Encoding.UTF8.GetString(piece.Span))));
        Assert.Equal(json.Length, item.JsonLength);
        Assert.Equal("Hi", item.Text);
        Assert.Equal("data:image/png;base64," + s_base64, item.Content.Single(part => part.Text is null).Url);
        Assert.True(item.Frame.Length < 300);
        JsonDocument.Parse(item.Frame).Dispose();
    }

    [Fact]
    public void Two_items_share_the_same_bytes()
    {
        var first = Item(Image("a"));
        var second = Item(Image("b"));
        Assert.True(first.Pieces.ElementAt(1).Equals(second.Pieces.ElementAt(1)));
    }

    [Fact]
    public void Unreferenced_bytes_are_released()
    {
        var reference = MakeAndForget();
        GC.Collect();
        Assert.False(reference.TryGetTarget(out _));
    }

    [Fact]
    public void Message_text_is_not_a_file()
    {
        string json = $$"""{"role":"user","content":"data:image/png;base64,{{s_base64}}"}""";
        Assert.Single(Item(json).Pieces);
        Assert.EndsWith(s_base64, Item(json).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_is_displayed_by_its_size() =>
        Assert.Equal("data:image/png;base64,… (9,000 bytes)", Item(Image("a")).Content[0].ToString());

    [Fact]
    public void Addresses_of_the_temporary_store_are_found_and_replaced()
    {
        string json =
            $$"""{"role":"user","content":[{"image":"oss://a/1"},{"image":"data:image/png;base64,{{s_base64}}"},{"video":["oss://a/2","oss://a/1"]},"""
            + $$"""{"image":"data:image/png;base64,{{s_base64}}"}]}""";
        var item = Item(json);
        Assert.Equal(["oss://a/1", "oss://a/2", "oss://a/1"], item.TemporaryAddresses);
        var moved = item.WithAddresses(new Dictionary<string, string> { ["oss://a/1"] = "oss://somewhere/else" });
        Assert.Equal(json.Replace("oss://a/1", "oss://somewhere/else", StringComparison.Ordinal), Encoding.UTF8.GetString(moved.Json.Span));
        Assert.Equal(item.Id, moved.Id);
    }

    private static string Image(string text) =>
        $$"""{"role":"user","content":[{"image":"data:image/png;base64,{{s_base64}}"},{"text":"{{text}}"}]}""";

    private static QwenItem Item(string json) => new(Encoding.UTF8.GetBytes(json), "item_1", "message", "user");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference<InlineData> MakeAndForget() => new(InlineData.Of(Encoding.ASCII.GetBytes(new string('Q', 5000))));
}
