using System.Globalization;
using QwenChat.Benchmarks;

// Server <turn | stream | delta> <size> [<delay>]: writes its address, and ends when its standard input is closed.
//   turn    answers with <size> bytes of text. Streamed answers have chunks of 64 bytes, so a size above 64 must be a multiple of 64.
//   stream  answers with <size> events.
//   delta   answers with <size> events. The first event contains its send time.
// The delay is in milliseconds, from the request to its answer.
int size = int.Parse(args[1], CultureInfo.InvariantCulture);
int delay = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 0;
var answers = args[0] switch
{
    "turn" => new AnswerSet(Math.Max(1, size / 64), Math.Min(size, 64)),
    "stream" => new AnswerSet(size, 6),
    "delta" => new AnswerSet(size, StampedAnswer.Digits),
    _ => throw new ArgumentException($"'{args[0]}' is not a kind of answer. The kinds are turn, stream and delta."),
};
var server = new AnswerServer(answers, TimeSpan.FromMilliseconds(delay), stamps: args[0] == "delta");
Console.WriteLine(server.Address);
Console.In.ReadToEnd();
