using System.Text;
using QwenChat.History;
using QwenChat.Model;
using QwenChat.Protocols;
using QwenChat.Protocols.Conversations;
using QwenChat.Text;
using Xunit;

namespace QwenChat.Tests.History;

/// <summary>Tests that a list on the service is read page by page to its end, and that reading an endless list stops.</summary>
public class PagedItemsTests
{
    private readonly NoticeQueue _notices = new();
    private readonly List<(int Limit, string? After)> _asked = [];

    private static QwenItem Item(string? id, string text = "x", string role = "user")
    {
        string member = id is null ? "" : $"\"id\":\"{id}\",";
        return ItemReader.Read(
            Encoding.UTF8.GetBytes($$"""{{{member}}"type":"message","role":"{{role}}","content":[{"type":"input_text","text":"{{text}}"}]}"""));
    }

    private static ItemPage Page(bool more, string? lastId, params QwenItem[] items) =>
        new(items, more, items.FirstOrDefault()?.Id, lastId ?? items.LastOrDefault()?.Id);

    private async Task<QwenItem[]> ReadAsync(Func<int, ItemPage> page, int atMost = int.MaxValue, string? after = null,
        CancellationToken cancellation = default)
    {
        var items = new List<QwenItem>();
        await foreach (var item in PagedItems.ReadAsync((limit, behind) =>
        {
            _asked.Add((limit, behind));
            return Task.FromResult(page(_asked.Count));
        }, after, atMost, _notices, cancellation))
        {
            items.Add(item);
        }
        return [.. items];
    }

    private string? Warning() => _notices.TryTake(out var notice) ? notice.Text : null;

    [Fact]
    public async Task Pages_are_read_one_after_another_to_the_last()
    {
        var items =
            await ReadAsync(n => n switch { 1 => Page(true, null, Item("a"), Item("b")), 2 => Page(true, "c", Item("c")), _ => Page(false, null, Item("d")) });
        Assert.Equal(["a", "b", "c", "d"], items.Select(item => item.Id));
        Assert.Equal([(100, null), (100, "b"), (100, "c")], _asked);
        Assert.Null(Warning());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public async Task A_circular_list_ends_after_one_round(int period)
    {
        var items = await ReadAsync(n => Page(true, null, Item($"m{n % period}")));
        Assert.Equal(period, items.Length);
        Assert.Equal(period + 1, _asked.Count);
        Assert.Contains($"repeats itself after {Quantity.Of(period, "item")}. ", Warning(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_with_circular_cursors_ends_even_if_its_items_are_always_new()
    {
        var items = await ReadAsync(n => Page(true, $"c{n % 3}", Item($"m{n}")));
        Assert.Equal(4, items.Length);
        Assert.NotNull(Warning());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_endless_list_is_an_error(bool empty)
    {
        var error = await Assert.ThrowsAsync<QwenException>(() => ReadAsync(n => empty ? Page(true, $"c{n}") : Page(true, null, Item($"m{n}"))));
        Assert.Equal(QwenErrorKind.ProtocolError, error.Kind);
        Assert.Contains("does not end", error.Message, StringComparison.Ordinal);
        Assert.Equal(PagedItems.MaximumShortPages, _asked.Count);
    }

    [Fact]
    public async Task An_endless_list_of_full_pages_is_an_error()
    {
        await Assert.ThrowsAsync<QwenException>(() => ReadAsync(n => Page(true, null, Enumerable.Range(0, 100).Select(i => Item($"m{n}_{i}")).ToArray())));
        Assert.Equal(PagedItems.MaximumPages, _asked.Count);
    }

    [Fact]
    public async Task A_page_without_a_cursor_is_the_last_page() =>
        Assert.Single(await ReadAsync(_ => new ItemPage([Item(null)], true, null, null)));

    [Fact]
    public async Task A_page_that_repeats_its_cursor_item_returns_it_once()
    {
        var items = await ReadAsync(n => n == 1 ? Page(true, null, Item("a"), Item("b")) : Page(false, null, Item("b"), Item("c")));
        Assert.Equal(["a", "b", "c"], items.Select(item => item.Id));
    }

    [Fact]
    public async Task Different_items_with_the_same_id_are_all_returned()
    {
        var items = await ReadAsync(n => n == 1 ? Page(true, "p", Item("a", "one"), Item("a", "two"))
            : Page(false, null, Item("a", "three"), Item("a", "three", "assistant")));
        Assert.Equal(["one", "two", "three", "three"], items.Select(item => item.Text));
    }

    [Fact]
    public async Task A_repeated_page_counts_once()
    {
        var items = await ReadAsync(n => Page(true, null, Item("a", role: n % 2 == 0 ? "user" : "assistant")));
        Assert.Equal(["a"], items.Select(item => item.Id));
        Assert.Equal(2, _asked.Count);
    }

    [Fact]
    public async Task Pages_with_the_same_cursor_are_read_to_the_last_page()
    {
        var items = await ReadAsync(n => n == 1 ? Page(true, "x", Item("a")) : Page(false, "x", Item("b")));
        Assert.Equal(["a", "b"], items.Select(item => item.Id));
    }

    [Fact]
    public async Task A_page_that_ignores_the_limit_is_truncated()
    {
        var items = await ReadAsync(_ => Page(true, null, Enumerable.Range(0, 500).Select(i => Item($"m{i}")).ToArray()), atMost: 150, after: "x");
        Assert.Equal(150, items.Length);
        Assert.Equal([(100, "x")], _asked);
    }

    [Fact]
    public async Task A_stop_ends_the_reading_between_pages()
    {
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ReadAsync(n =>
        {
            if (n == 3)
                stop.Cancel();
            return Page(true, null, Item($"m{n}"));
        }, cancellation: stop.Token));
        Assert.Equal(3, _asked.Count);
    }
}
