using QwenChat.Http;
using QwenChat.Model;

namespace QwenChat.Turn;

/// <summary>A request in its final form.</summary>
/// <param name="Request">The request.</param>
/// <param name="Head">The head of the request.</param>
/// <param name="UsesPaidCache">Whether the request uses the explicit or the session cache, whose prices differ from those of the implicit cache.</param>
internal sealed record WrittenRequest(ServiceRequest Request, RequestHead Head, bool UsesPaidCache);
