using System.Globalization;
using QwenChat.Benchmarks;

// Server <turn | stream | delta> <size> [<delay>]: tells its address, and ends with the process that started it, whose end closes the input.
//   turn    answers of so many bytes of text, in pieces of 64 where a stream is asked for; beyond 64 a multiple of it
//   stream  answers in so many events
//   delta   answers in so many events, the first of which says when it was sent
// The delay is in milliseconds, from the request to its answer.
int size = int.Parse(args[1], CultureInfo.InvariantCulture);
int delay = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 0;
var answers = args[0] switch
{
    "turn" => new AnswerSet(Math.Max(1, size / 64), Math.Min(size, 64)),
    "stream" => new AnswerSet(size, 6),
    "delta" => new AnswerSet(size, StampedAnswer.Digits),
    _ => throw new ArgumentException($"There is no kind of answer {args[0]}."),
};
var server = new AnswerServer(answers, TimeSpan.FromMilliseconds(delay), stamps: args[0] == "delta");
Console.WriteLine(server.Address);
Console.In.ReadToEnd();
