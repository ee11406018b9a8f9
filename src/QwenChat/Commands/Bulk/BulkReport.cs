namespace QwenChat.Commands.Bulk;

/// <summary>The methods that handle the outcomes of a bulk run, on the pipeline thread.</summary>
/// <param name="Notify">Receives the notices of a message.</param>
/// <param name="Write">Writes a reply, and then the notices held back for it.</param>
/// <param name="WriteError">Writes the failure of a message.</param>
/// <param name="Stop">Ends the command with a failure that would affect all further messages.</param>
internal sealed record BulkReport(Action<BulkMessage> Notify, Action<QwenReply> Write, Action<BulkMessage, QwenException> WriteError,
    Action<BulkMessage, QwenException> Stop);
