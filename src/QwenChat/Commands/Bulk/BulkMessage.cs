using QwenChat.Commands.Input;
using QwenChat.Model;

namespace QwenChat.Commands.Bulk;

/// <summary>One message of a bulk run, from one input.</summary>
/// <param name="Index">The place of the input among all, from 0.</param>
/// <param name="Input">The input.</param>
/// <param name="Sent">The message.</param>
/// <param name="Notices">What the layers below have to say of it; it is told together with its result.</param>
internal sealed record BulkMessage(int Index, object? Input, OutgoingMessage Sent, NoticeQueue Notices);
