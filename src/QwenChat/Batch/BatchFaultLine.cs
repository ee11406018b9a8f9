namespace QwenChat.Batch;

/// <summary>Why the service did not take a batch, and which line of its file is meant.</summary>
/// <param name="Code">The service's code.</param>
/// <param name="Message">The service's words.</param>
/// <param name="Line">The line, from 1; null for the whole file.</param>
internal sealed record BatchFaultLine(string? Code, string Message, int? Line);
