using System.Globalization;
using QwenChat.Benchmarks;

// Server <turn | stream | delta> <size>: tells its address, and ends with the process that started it, whose end closes the input.
//   turn    answers of so many bytes of text, whole or, where asked for, in pieces of 64 bytes. -Delay: so many milliseconds after the request
//   stream  answers in so many events
//   delta   answers whose first piece of text says when it was sent
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
