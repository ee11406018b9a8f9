using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using QwenChat.Tools;

namespace QwenChat.Commands.Tools;

/// <summary>
/// Runs a program as a tool, with unchanged arguments and closed standard input. The pipeline would expand <c>*</c> to file names, and connect the user's
/// standard input. No process of the program outlives the time limit.
/// </summary>
internal static class NativeRun
{
    // The maximum time to wait for remaining output after the program has exited. Its child processes may keep the output open.
    private static readonly TimeSpan s_afterExit = TimeSpan.FromSeconds(1);

    /// <summary>Runs the program until it ends, times out or is canceled.</summary>
    /// <exception cref="OperationCanceledException">The run was canceled.</exception>
    public static async Task<ToolResult> RunAsync(string fileName, IEnumerable<string> arguments, string folder, TimeSpan limit, CancellationToken cancellation)
    {
        using var process = new Process { StartInfo = Start(fileName, arguments, folder) };
        try
        {
            process.Start();
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException or IOException)
        {
            return new ToolResult("Error: " + e.Message, e.Message);
        }
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(limit);
        var output = new CappedText();
        var errors = new CappedText();
        try
        {
            process.StandardInput.Close();
            var reading = Task.WhenAll(ReadAsync(process.StandardOutput, output), ReadAsync(process.StandardError, errors));
            await process.WaitForExitAsync(limited.Token).ConfigureAwait(false);
            await Task.WhenAny(reading, Task.Delay(s_afterExit, limited.Token)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            string late = FormattableString.Invariant($"The tool timed out after {limit.TotalSeconds:0.###} s and was stopped. ")
                + "Changes that it had already made remain.";
            return new ToolResult(TextOf(output, errors, null) + "\nError: " + late, late);
        }
        finally
        {
            Kill(process);
        }
        return new ToolResult(TextOf(output, errors, process.ExitCode), null);
    }

    private static ProcessStartInfo Start(string fileName, IEnumerable<string> arguments, string folder)
    {
        var start = new ProcessStartInfo(fileName)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        return start;
    }

    private static async Task ReadAsync(StreamReader reader, CappedText text)
    {
        while (await reader.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            lock (text)
                text.AddLine(line);
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or NotSupportedException or AggregateException)
        {
            // The process has already exited, or cannot be stopped.
        }
    }

    private static string TextOf(CappedText output, CappedText errors, int? exitCode)
    {
        var text = new StringBuilder();
        if (exitCode is { } code)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"exit code {code}\n");
        Append(output, "output");
        Append(errors, "error output");
        return text.ToString().TrimEnd('\n');

        void Append(CappedText part, string name)
        {
            lock (part)
            {
                if (!part.IsEmpty)
                    text.Append(name).Append(":\n").Append(part.ToText(0)).Append('\n');
            }
        }
    }
}
