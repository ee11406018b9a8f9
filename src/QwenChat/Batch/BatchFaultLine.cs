namespace QwenChat.Batch;

/// <summary>An error that caused the service to reject a batch, and the line of the batch file that the error refers to.</summary>
/// <param name="Code">The service's error code.</param>
/// <param name="Message">The service's error message.</param>
/// <param name="Line">The line, from 1; null for the whole file.</param>
internal sealed record BatchFaultLine(string? Code, string Message, int? Line);
