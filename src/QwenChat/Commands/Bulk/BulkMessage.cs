using QwenChat.Commands.Input;
using QwenChat.Model;

namespace QwenChat.Commands.Bulk;

/// <summary>One message of a bulk run, created from one input.</summary>
/// <param name="Index">The index of the input, from 0.</param>
/// <param name="Input">The input.</param>
/// <param name="Sent">The message.</param>
/// <param name="Notices">The notices of the message, written together with its result.</param>
internal sealed record BulkMessage(int Index, object? Input, OutgoingMessage Sent, NoticeQueue Notices);
