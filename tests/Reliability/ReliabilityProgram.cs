using System.Runtime.CompilerServices;
using QwenChat.Tests.Reliability.Fuzz;

namespace QwenChat.Tests.Reliability;

/// <summary>The program that runs the Fuzz, Walk and Live tasks of build.ps1.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["fuzz", var group, var minutes, var seed, var folder]:
                // The module must be instrumented before any part of it is loaded.
                Instrumentation.Apply();
                return Fuzz(group, minutes, seed, folder);
            case ["walk", var minutes, var seed, var storage, var folder, var postgres]:
                return Walk(minutes, seed, storage, folder, postgres);
            case ["replay", var file, var storage, var folder, var postgres]:
                return Replay(file, storage, folder, postgres);
            case ["walker"]:
                return Walker();
            case ["live", var folder, var costLimit]:
                return Live(folder, costLimit);
            default:
                Console.Error.WriteLine(
                    "fuzz <group> <minutes> <seed> <folder> | walk <minutes> <seed> <storage> <folder> <postgres> | replay <file> <storage> <folder> "
                        + "<postgres> | live <folder> <cost limit>");
                return 2;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Fuzz(string group, string minutes, string seed, string folder) => FuzzTask.Run(group, minutes, seed, folder);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Live(string folder, string costLimit) => Reliability.Live.LiveTask.RunAsync(folder, costLimit).GetAwaiter().GetResult();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Walk(string minutes, string seed, string storage, string folder, string postgres) =>
        Reliability.Walk.WalkTask.RunAsync(minutes, seed, storage, folder, postgres).GetAwaiter().GetResult();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Replay(string file, string storage, string folder, string postgres) =>
        Reliability.Walk.WalkTask.ReplayAsync(file, storage, folder, postgres).GetAwaiter().GetResult();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Walker() => Reliability.Walk.ProcessActor.ServeAsync(Console.In, Console.Out).GetAwaiter().GetResult();
}
