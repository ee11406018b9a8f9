using System.Globalization;
using QwenChat.Benchmarks.Stores;

// Runs the measurement of a script in tests/Benchmarks, and writes the results as CSV. The help of the script describes the measurement.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
int[] numbers = Array.ConvertAll(args[1..], argument => int.Parse(argument, CultureInfo.InvariantCulture));
switch (args[0])
{
    case "recall":
        await Recall.MeasureAsync(turns: numbers[0], conversations: numbers[1], dimensions: numbers[2], searches: numbers[3], top: numbers[4]);
        break;
    case "planning":
        await Planning.MeasureAsync(sizes: numbers[1..], samples: numbers[0]);
        break;
    default:
        throw new ArgumentException($"There is no measurement {args[0]}.");
}
