using System.Runtime.CompilerServices;
using QwenChat.Tests.Reliability.Fuzz;

namespace QwenChat.Tests.Reliability;

/// <summary>What build.ps1's Fuzz and Live tasks start.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["fuzz", var group, var minutes, var seed, var folder]:
                // Before anything of the module is loaded.
                Instrumentation.Apply();
                return Fuzz(group, minutes, seed, folder);
            case ["live", var folder, var costLimit]:
                return Live(folder, costLimit);
            default:
                Console.Error.WriteLine("fuzz <group> <minutes> <seed> <folder> | live <folder> <cost limit>");
                return 2;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Fuzz(string group, string minutes, string seed, string folder) => FuzzTask.Run(group, minutes, seed, folder);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Live(string folder, string costLimit) => Reliability.Live.LiveTask.RunAsync(folder, costLimit).GetAwaiter().GetResult();
}
