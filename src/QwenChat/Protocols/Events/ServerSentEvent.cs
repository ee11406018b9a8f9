namespace QwenChat.Protocols.Events;

/// <summary>One server-sent event. The memory is valid only until the next event is read.</summary>
/// <param name="Type">The <c>event:</c> field, UTF-8; empty if there is none.</param>
/// <param name="Data">The <c>data:</c> field, UTF-8; lines joined by LF.</param>
/// <param name="Status">The status of a <c>:HTTP_STATUS/n</c> comment (wire §2.6); null if there is none.</param>
internal readonly record struct ServerSentEvent(ReadOnlyMemory<byte> Type, ReadOnlyMemory<byte> Data, int? Status);
