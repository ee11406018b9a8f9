namespace QwenChat.Batch;

/// <summary>
/// An error that caused the service to reject a batch. <paramref name="Line"/> is the line number in the request file, from 1; null for the whole file.
/// </summary>
internal sealed record BatchFaultLine(string? Code, string Message, int? Line);
