using System.Globalization;
using System.Management.Automation;
using QwenChat.Batch;
using QwenChat.Commands.Input;
using QwenChat.Commands.SessionState;
using QwenChat.Connection;
using QwenChat.Cost;
using QwenChat.Text;

namespace QwenChat.Commands;

/// <summary>Starts a batch of requests. The service answers them at half the price, within a time limit of 1 to 14 days.</summary>
[Cmdlet(VerbsLifecycle.Start, "QwenBatch", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(QwenBatch))]
public sealed class StartQwenBatchCommand : BatchCommand
{
    private BatchWriter? _writer;

    /// <summary>The name by which the batch can be found in any session.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [Text]
    public string? Name { get; set; }

    /// <summary>The requests to submit.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [Alias("Request")]
    [ValidateNotNull]
    public QwenBatchRequest[] InputObject { get; set; } = [];

    /// <summary>The time limit for the batch, from 1 to 14 days. Requests that have not run by then expire.</summary>
    [Parameter]
    public TimeSpan CompletionWindow { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Uses the free test model instead of the requested model, to check the setup.</summary>
    [Parameter]
    public SwitchParameter Rehearse { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        Attempt(() =>
        {
            if (CompletionWindow < TimeSpan.FromHours(24) || CompletionWindow > TimeSpan.FromHours(336))
                throw new QwenException(QwenErrorKind.InvalidRequest, $"-CompletionWindow is {CompletionWindow}. Specify a value from 1 day (1.00:00) "
                    + "to 14 days (14.00:00).");
            Name ??= NewName();
            BatchFolder.CheckName(Name);
            if (Directory.Exists(Folders.Of(Name)))
                throw BatchFolder.Taken(Name);
            _writer = new BatchWriter(Folders, Rehearse, Rehearse ? BatchLimits.Rehearsal : BatchLimits.Usual);
        }, Name);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Attempt(() =>
    {
        foreach (var request in InputObject)
            _writer?.Add(request);
    }, InputObject);

    /// <inheritdoc/>
    protected override void EndProcessing() => Attempt(() =>
    {
        if (_writer is not { } writer)
            return;
        if (writer.First is not { } first)
        {
            WriteWarning("The pipeline was empty, so no batch was started.");
            return;
        }
        var connection = Connection ?? first.Connection;
        if (!string.Equals(connection.Server, first.Connection.Server, StringComparison.OrdinalIgnoreCase))
            throw new QwenException(QwenErrorKind.InvalidRequest,
                $"The requests were created for {first.Connection.Server}, but -Connection is for {connection.Server}. Use the same -Connection "
                + "for New-QwenBatchRequest and Start-QwenBatch.");
        string text = Describe(writer);
        if (ShouldProcess(text, text, "Start-QwenBatch"))
            Start(writer, connection);
    }, Name);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
            _writer?.Dispose();
    }

    // The random number distinguishes batches that start in the same second, even in different processes.
    private static string NewName()
    {
        string time = DateTime.Now.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        return FormattableString.Invariant($"batch-{time}-{Random.Shared.Next(0x1000000):x6}");
    }

    private void Start(BatchWriter writer, QwenConnection connection)
    {
        var service = Service(connection);
        connection.EnsureKey();
        connection.EnsureKeyMayTravel();
        var clock = ServiceClock.Of(connection.Address);
        IReadOnlyList<Reservation> reserved = Rehearse ? [] : BatchReservations.Reserve(writer.Forecast!, Session.Current.BudgetsFor(connection));
        BatchRecord record;
        try
        {
            record = writer.Complete(Name!, CompletionWindow, clock.GetUtcNow());
        }
        catch
        {
            CallBill.Release(reserved);
            throw;
        }
        BatchReservations.Hold(record, reserved);
        bool isStarted = false;
        try
        {
            record = Locked(record, current => new BatchEngine(service, clock, Notices).StartAsync(current, isFresh: true, Cancellation));
            isStarted = true;
        }
        catch (QwenException failure) when (MayBeSubmitted(record))
        {
            isStarted = true;
            throw failure.WithMore($"The batch '{Name}' is kept. Use Get-QwenBatch {SingleQuoted.Of(Name!)} to finish submitting it.");
        }
        finally
        {
            if (!isStarted && !MayBeSubmitted(record))
                Drop(record);
        }
        WriteObject(Show(record));
    }

    /// <summary>Returns whether a service batch may have been created for any part. A created batch may be billed.</summary>
    private static bool MayBeSubmitted(BatchRecord record) => BatchJournal.Read(record.Folder)?.Parts.Any(part => part.IsCreating) == true;

    /// <summary>Removes a batch if no service batch was created, so that the name can be used again.</summary>
    private static void Drop(BatchRecord record)
    {
        try
        {
            // Keep the batch if another process has taken over and is submitting it.
            using (var own = BatchLock.TryEnter(record))
            {
                if (own is null || MayBeSubmitted(record))
                    return;
            }
            BatchReservations.Release(record);
            Directory.Delete(record.Folder, recursive: true);
        }
        catch (Exception kept) when (kept is IOException or UnauthorizedAccessException)
        {
            // The folder remains. A new exception would replace the exception of the failed start.
        }
    }

    private string Describe(BatchWriter writer)
    {
        string files = writer.Files > 1 ? $" in {writer.Files} files" : "";
        string text = $"Start the batch '{Name}' with {Quantity.Of(writer.Count, "request")}{files} for {writer.First!.Model} at "
            + $"{writer.First.Connection.Server}. The time limit is {Quantity.Of((long)CompletionWindow.TotalHours, "hour")}. ";
        if (Rehearse)
            return text + "This is a test: the test model answers, and nothing is billed.";
        var forecast = writer.Forecast!;
        text += FormattableString.Invariant($"About {forecast.InputTokens:N0} input tokens. ");
        string without = writer.HasOpenAnswers ? ", excluding answers whose length is not limited with -MaxOutputTokens" : "";
        return text + (forecast.Charge is { } charge
            ? FormattableString.Invariant($"Estimated price: {charge.Amount:0.######} {charge.Currency}{without}.")
            : $"Estimated price: unknown for {writer.First.Model} at this address.");
    }
}
