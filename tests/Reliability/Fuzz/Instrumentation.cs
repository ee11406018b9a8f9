using System.Runtime.CompilerServices;
using SharpFuzz;

namespace QwenChat.Tests.Reliability.Fuzz;

/// <summary>Instruments this project's copy of the module's assembly, so that it records the branches taken.</summary>
internal static class Instrumentation
{
    /// <summary>Rewrites the assembly. Call this method before the assembly is loaded.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Apply()
    {
        try
        {
            Fuzzer.Instrument(Path.Combine(AppContext.BaseDirectory, "QwenChat.dll"), type => type.StartsWith("QwenChat", StringComparison.Ordinal),
                Options.Value);
        }
        catch (InstrumentationException) when (IsApplied)
        {
            // The copy was already instrumented by an earlier run. The next build replaces it.
        }
        Coverage.Attach();
    }

    private static bool IsApplied => System.Reflection.Metadata.PEReaderExtensions.GetMetadataReader(
        new System.Reflection.PortableExecutable.PEReader(
            new MemoryStream(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "QwenChat.dll"))))) is var metadata
        && metadata.AssemblyReferences.Any(reference => metadata.GetString(metadata.GetAssemblyReference(reference).Name) == "SharpFuzz.Common");
}
