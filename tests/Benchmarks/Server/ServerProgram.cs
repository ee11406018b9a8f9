using System.Globalization;
using QwenChat.Benchmarks;

// Server <turn | stream | delta> <size> [<delay>]: writes its address, and ends when its standard input is closed.
//   turn    answers with the specified number of bytes of text, in chunks of 64 if a stream is requested; above 64, the size must be a multiple of 64
//   stream  answers with the specified number of events
//   delta   answers with the specified number of events, the first with its send time
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
