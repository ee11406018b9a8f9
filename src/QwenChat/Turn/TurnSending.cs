namespace QwenChat.Turn;

/// <summary>The third step of a turn: sends its request and waits for the first event of the response.</summary>
internal static class TurnSending
{
    private static readonly IReadOnlyDictionary<string, string> s_noneReplaced = new Dictionary<string, string>();

    /// <summary>Uploads the files that the request refers to, reserves the expected cost, and records that the request is being sent.</summary>
    public static async ValueTask<PlannedTurn> BeginAsync(PlannedTurn planned, CancellationToken cancellation)
    {
        planned = await PlaceFilesAsync(planned, cancellation).ConfigureAwait(false);
        var prepared = planned.Prepared;
        await prepared.Bill.ReserveAsync(planned.EstimateInput, cancellation).ConfigureAwait(false);
        return planned with { Plan = await prepared.History.SendingAsync(planned.Plan, prepared.Input, cancellation).ConfigureAwait(false) };
    }

    /// <summary>Sends the request.</summary>
    /// <exception cref="QwenException">There is no response, or the response does not continue the expected state.</exception>
    public static async ValueTask<SentTurn> SendAsync(PlannedTurn planned, CancellationToken cancellation)
    {
        var (prepared, scope) = (planned.Prepared, planned.Scope);
        var (request, head, usesPaidCache) = RequestWriter.Write(planned);
        var answer = await scope.Transport.SendAsync(request, prepared.Protocol.NewReader, scope.Notices, cancellation).ConfigureAwait(false);
        string? continued = answer.First.LastOrDefault(delta => delta.PreviousId is not null).PreviousId;
        if (prepared.History.FindIgnored(planned.Plan, continued) is not { } ignored)
            return new SentTurn(planned, head) { Answer = answer, UsesPaidCache = usesPaidCache };
        answer.Dispose();
        throw ignored;
    }

    /// <summary>Returns the turn with unchanged file URLs; nothing is uploaded.</summary>
    public static async ValueTask<PlannedTurn> KeepFilesAsync(PlannedTurn planned) => planned with
    {
        Files = await ResolvedFiles.MakeAsync(planned.Plan.Path, planned.Plan.Sent.From, planned.Prepared.Input, _ => Task.FromResult(s_noneReplaced))
            .ConfigureAwait(false),
    };

    private static async ValueTask<PlannedTurn> PlaceFilesAsync(PlannedTurn planned, CancellationToken cancellation)
    {
        var (prepared, scope) = (planned.Prepared, planned.Scope);
        var files = await ResolvedFiles.MakeAsync(planned.Files?.History ?? planned.Plan.Path, planned.Plan.Sent.From, prepared.Input, addresses =>
            scope.Request.ResolveAddresses is { } resolve ? resolve(addresses, prepared.Model, scope.Connection, planned.UploadsAgain, cancellation)
            : Task.FromResult(s_noneReplaced)).ConfigureAwait(false);
        return planned with { Files = files, Prepared = files.Input == prepared.Input ? prepared : prepared with { Input = files.Input } };
    }
}
