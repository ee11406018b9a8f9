using QwenChat.Model;
using QwenChat.Recall;
using QwenChat.Saving;
using QwenChat.Storage.Sqlite;
using QwenChat.Store;
using QwenChat.Tests.Storage;
using Xunit;

namespace QwenChat.Tests.Saving;

/// <summary>Tests semantic search with missing or unsuitable vectors in the store.</summary>
public sealed class StoreSearchTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("qwenchat-").FullName;
    private readonly List<string> _embedded = [];
    private QwenStore _store = null!;

    public async Task InitializeAsync()
    {
        _store = new QwenStore("SQLite", "chats.db", await SqliteStore.OpenAsync(Path.Combine(_folder, "chats.db"), TimeProvider.System, default));
        await _store.Backend.SayAsync("a", null, Said.Turn("green tea"), Said.Turn("black tea"));
    }

    public Task DisposeAsync()
    {
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_search_in_a_store_without_vectors_creates_them_once()
    {
        Assert.Equal([2, 1], (await SearchAsync("black", 3)).Select(hit => hit.Number));
        Assert.Equal(["black", "green tea\nYes.", "black tea\nYes."], _embedded);

        await SearchAsync("green", 3);
        Assert.Equal(["green"], _embedded[3..]);
    }

    [Fact]
    public async Task Vectors_of_a_different_length_than_those_in_the_store_are_rejected_with_advice()
    {
        await SearchAsync("black", 3);
        var failure = await Assert.ThrowsAsync<QwenException>(() => SearchAsync("black", 4));
        Assert.Equal(QwenErrorKind.InvalidRequest, failure.Kind);
        Assert.Contains("contains vectors of any with 3 dimensions, but the new vectors have 4", failure.Message, StringComparison.Ordinal);
        Assert.Contains("a different model, or a different store", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, (await SearchAsync("black", 3)).Count);
    }

    [Fact]
    public async Task A_failed_embedding_is_an_error_and_is_retried_later()
    {
        var broken =
            new Embedder("any", (texts, areQueries, _) => areQueries ? Vectors(texts, 3) : throw new QwenException(QwenErrorKind.ServiceUnavailable, "No."));
        var search = () => StoreSearch.ByMeaningAsync(_store, broken, "black", new StoreSearchScope(), new NoticeQueue(), default);
        Assert.Equal(QwenErrorKind.ServiceUnavailable, (await Assert.ThrowsAsync<QwenException>(search)).Kind);

        Assert.Equal([2, 1], (await SearchAsync("black", 3)).Select(hit => hit.Number));
    }

    [Fact]
    public async Task A_turn_with_an_unusable_vector_is_skipped_with_a_warning()
    {
        var notices = new NoticeQueue();
        var hits = await StoreSearch.ByMeaningAsync(_store, new Embedder("any", async (texts, areQueries, _) =>
            [.. (await Vectors(texts, 3)).Select((vector, i) => !areQueries && texts[i].StartsWith("green", StringComparison.Ordinal) ? null : vector)]),
            "black", new StoreSearchScope(), notices, default);
        Assert.Equal([2], hits.Select(hit => hit.Number));
        var told = new List<string>();
        while (notices.TryTake(out var notice))
            told.Add(notice.Text);
        Assert.Contains("The semantic search does not include 1 turn,", told[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_turn_with_a_vector_of_a_different_length_is_skipped()
    {
        var hits = await StoreSearch.ByMeaningAsync(_store, new Embedder("any", async (texts, areQueries, _) =>
            [.. (await Vectors(texts, 3)).Select((vector, i) => !areQueries && texts[i].StartsWith("green", StringComparison.Ordinal) ? [1, 2] : vector)]),
            "black", new StoreSearchScope(), new NoticeQueue(), default);
        Assert.Equal([2], hits.Select(hit => hit.Number));
    }

    private Task<IReadOnlyList<StoreHit>> SearchAsync(string query, int dimensions) => StoreSearch.ByMeaningAsync(
        _store, new Embedder("any", (texts, _, _) => Vectors(texts, dimensions)), query, new StoreSearchScope(), new NoticeQueue(), default);

    /// <summary>Returns one vector per text. Texts that begin with "black" have one direction, and all other texts have a different direction.</summary>
    private Task<IReadOnlyList<float[]?>> Vectors(IReadOnlyList<string> texts, int dimensions)
    {
        _embedded.AddRange(texts);
        return Task.FromResult<IReadOnlyList<float[]?>>([.. texts.Select(text =>
        {
            float[] vector = new float[dimensions];
            vector[text.StartsWith("black", StringComparison.Ordinal) ? 0 : 1] = 1;
            return vector;
        })]);
    }
}
