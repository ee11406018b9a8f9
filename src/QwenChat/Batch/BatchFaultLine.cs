namespace QwenChat.Batch;

/// <summary>
/// An error for which the service rejected a batch. <paramref name="Line"/> is the line of the batch file, from 1, or null for the whole file.
/// </summary>
internal sealed record BatchFaultLine(string? Code, string Message, int? Line);
