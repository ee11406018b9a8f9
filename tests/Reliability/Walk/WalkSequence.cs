namespace QwenChat.Tests.Reliability.Walk;

/// <summary>Runs sequences of steps, each with its own emulator, and shortens failing sequences.</summary>
public sealed class WalkSequence(QwenApi api, string storageFolder, string folder, string postgres)
{
    /// <summary>Whether messages and answers repeat.</summary>
    public bool Alike { get; init; }

    /// <summary>Whether some conversations may be in other processes.</summary>
    public bool WithProcesses { get; init; }

    /// <summary>Whether the expected state deliberately omits the answers. The walk must then report a failure.</summary>
    public bool Forgets { get; init; }

    /// <returns>The number of completed steps, and the failure; the failure is null if the sequence succeeded.</returns>
    public async Task<(int Done, WalkFailureException? Failure)> PlayAsync(IReadOnlyList<WalkOperation> steps)
    {
        string name = $"walk_{Guid.NewGuid():N}";
        bool isFile = postgres.Length == 0;
        string store = isFile ? Path.Combine(folder, name + ".db") : postgres;
        var run = new WalkRun(api, storageFolder, store, isFile, Alike, WithProcesses) { Forgets = Forgets };
        try
        {
            await run.RunAsync(steps);
            return (run.Done, null);
        }
        catch (WalkFailureException failure)
        {
            return (run.Done, failure);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return (run.Done, new WalkFailureException("crash", failure.ToString()));
        }
        finally
        {
            await run.DisposeAsync();
            foreach (string file in isFile ? Directory.GetFiles(folder, name + ".db*") : [])
                File.Delete(file);
        }
    }

    /// <summary>Removes steps for as long as the same failure occurs without them.</summary>
    public async Task<(IReadOnlyList<WalkOperation> Steps, WalkFailureException Failure)> ShortenAsync(IReadOnlyList<WalkOperation> steps, string kind,
        int mostTries)
    {
        var shortest = steps.ToList();
        var failure = new WalkFailureException(kind, "did not occur again");
        bool shorter = true;
        for (int tries = 0; shorter && tries < mostTries;)
        {
            shorter = false;
            for (int i = shortest.Count - 1; i >= 0 && tries < mostTries; i--, tries++)
            {
                var less = shortest.Where((_, place) => place != i).ToList();
                if ((await PlayAsync(less)).Failure is { } same && same.Kind == kind)
                    (shortest, failure, shorter) = (less, same, true);
                i = Math.Min(i, shortest.Count);
            }
        }
        if (failure.Message.EndsWith("did not occur again", StringComparison.Ordinal) && (await PlayAsync(shortest)).Failure is { } last)
            failure = last;
        return (shortest, failure);
    }
}
