using QwenChat.Storage.Sqlite;
using QwenChat.Store;
using QwenChat.Vectors;

namespace QwenChat.Benchmarks.Stores;

/// <summary>Measures semantic search in a SQLite store, alternating with a plain scan of the same vectors for comparison.</summary>
internal static class Recall
{
    private const int TurnsPerWrite = 1000;

    public static async Task MeasureAsync(int turns, int conversations, int dimensions, int searches, int top)
    {
        var folder = Directory.CreateTempSubdirectory("qwenchat-");
        try
        {
            await using var store = await SqliteStore.OpenAsync(Path.Combine(folder.FullName, "chats.db"), TimeProvider.System, default);
            var space = new EmbeddingSpace("text-embedding-v4", dimensions);
            float[] vectors = new float[(long)turns * dimensions];
            await FillAsync(store, space, vectors, turns, conversations);

            var random = new Random(2);
            var everywhere = new StoreSearchScope { Top = top };
            var (plain, all, one) = (new Timings(searches), new Timings(searches), new Timings(searches));
            // The first search reads the vectors into memory.
            await store.FindNearestAsync(space, NextVector(random, dimensions), everywhere, default);
            for (int i = 0; i < searches; i++)
            {
                float[] query = NextVector(random, dimensions);
                int best = await plain.TimeAsync(() => Task.FromResult(Scan(vectors, query)));
                var hits = await all.TimeAsync(() => store.FindNearestAsync(space, query, everywhere, default));
                if (hits.Count != top || hits[0].Text != TextOf(best))
                    throw new InvalidOperationException($"The store found '{hits[0].Text}', the scan '{TextOf(best)}'.");
                await one.TimeAsync(() => store.FindNearestAsync(space, query, everywhere with { ConversationId = IdOf(i % conversations) }, default));
            }
            Console.WriteLine("What,P50 (ms),P99 (ms)");
            Console.WriteLine($"Plain scan of one array,{plain.Percentile(50):0.0},{plain.Percentile(99):0.0}");
            Console.WriteLine($"Search of the store,{all.Percentile(50):0.0},{all.Percentile(99):0.0}");
            Console.WriteLine($"Search of one conversation of {turns / conversations} turns,{one.Percentile(50):0.0},{one.Percentile(99):0.0}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task FillAsync(SqliteStore store, EmbeddingSpace space, float[] vectors, int turns, int conversations)
    {
        var random = new Random(1);
        int each = turns / conversations;
        var waiting = new List<TurnEmbedding>();
        for (int conversation = 0; conversation < conversations; conversation++)
        {
            QwenTurn? last = null;
            for (int done = 0; done < each; done += TurnsPerWrite)
            {
                int first = conversation * each + done;
                var said = Enumerable.Range(first, Math.Min(TurnsPerWrite, each - done)).Select(number => Made.Turn(number - first + done + 1, TextOf(number)))
                    .ToArray();
                await store.WriteAsync(new ConversationWrite
                {
                    Header = Made.Header(IdOf(conversation)),
                    Move = new TipMove { KnownTip = last?.Id, Parent = last?.Id, Turns = said },
                }, default);
                last = said[^1];
                for (int i = 0; i < said.Length; i++)
                {
                    float[] vector = NextVector(random, space.Dimensions);
                    vector.CopyTo(vectors.AsSpan((first + i) * space.Dimensions));
                    waiting.Add(new TurnEmbedding(said[i].Id, vector));
                }
            }
            if (waiting.Count >= TurnsPerWrite || conversation == conversations - 1)
            {
                await store.WriteEmbeddingsAsync(space, waiting, default);
                waiting.Clear();
            }
        }
    }

    private static int Scan(float[] vectors, float[] query)
    {
        int best = 0;
        float most = float.NegativeInfinity;
        for (int i = 0; i < vectors.Length / query.Length; i++)
        {
            float score = UnitVector.Dot(query, vectors.AsSpan(i * query.Length, query.Length));
            if (score > most)
                (best, most) = (i, score);
        }
        return best;
    }

    private static float[] NextVector(Random random, int dimensions)
    {
        float[] vector = new float[dimensions];
        for (int i = 0; i < dimensions; i++)
            vector[i] = random.NextSingle() - 0.5f;
        return UnitVector.Of(vector, new EmbeddingSpace("", dimensions));
    }

    private static string TextOf(int turn) => $"Question {turn}\nAnswer";

    private static string IdOf(int conversation) => $"c{conversation}";
}
