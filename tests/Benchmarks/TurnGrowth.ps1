<#
.SYNOPSIS
    Measures what Send-QwenMessage itself does for one turn, as the history grows: CPU time, allocations, time.
.DESCRIPTION
    A conversation over Chat Completions, in which the caller keeps the history and sends it whole with every turn. Each message and each
    answer has 2 KB. At every size some turns are sent and the median of each measure is shown. The whole command is measured, from its
    parameters to its reply, in this process; the server is another process and only reads the body and answers, so that none of its work
    is in the numbers. Beside it stands the CPU time of writing as many bytes from one array with HttpClient alone.

    The history is put together from one turn that was really sent, since sending 5,000 turns would be 50 GB.
.EXAMPLE
    pwsh -NoProfile -File tests/Benchmarks/TurnGrowth.ps1
.EXAMPLE
    pwsh -NoProfile -File tests/Benchmarks/TurnGrowth.ps1 -Turn 10, 1000 -ExplicitCache
#>
[CmdletBinding()]
param(
    # The sizes of the history at which turns are measured.
    [int[]] $Turn = @(10, 100, 1000, 5000),

    # How many turns are measured at each size.
    [int] $Sample = 40,

    # The bytes of each message and of each answer.
    [int] $Bytes = 2048,

    # Sets the explicit cache's markers.
    [switch] $ExplicitCache,

    # Sets limits, so that every turn is estimated before it is sent.
    [switch] $Limit
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
$root = Split-Path (Split-Path $PSScriptRoot)
Import-Module (Join-Path $root output/QwenChat/QwenChat.psd1)

# Reads requests and answers all of them alike. It tells its port, and ends with the process that started it.
$server = {
    param($Bytes)
    Add-Type -TypeDefinition @'
using System; using System.Net; using System.Net.Sockets; using System.Text;
public static class AnsweringServer {
    public static void Run(int bytes) {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Console.WriteLine(((IPEndPoint)listener.LocalEndpoint).Port);
        string text = new string('a', bytes);
        string json = "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"" + text + "\"},\"finish_reason\":\"stop\",\"index\":0}],\"object\":\"chat.completion\","
            + "\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":50,\"total_tokens\":150,\"prompt_tokens_details\":{\"cached_tokens\":0}},\"created\":1790000000,\"model\":\"qwen3.6-plus\",\"id\":\"chatcmpl-1\"}";
        byte[] answer = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + json.Length + "\r\n\r\n" + json);
        while (true) {
            var accepted = listener.AcceptTcpClient();
            new System.Threading.Thread(() => Serve(accepted, answer)) { IsBackground = true }.Start();
        }
    }
    static void Serve(TcpClient accepted, byte[] answer) {
        byte[] buffer = new byte[1 << 20];
        using (var client = accepted) {
            client.NoDelay = true;
            var stream = client.GetStream();
            while (true) {
                int used = 0; long rest = -1;
                while (rest != 0) {
                    int read = stream.Read(buffer, used, rest < 0 ? buffer.Length - used : (int)Math.Min(buffer.Length, rest));
                    if (read == 0) return;
                    if (rest > 0) { rest -= read; continue; }
                    used += read;
                    string head = Encoding.ASCII.GetString(buffer, 0, Math.Min(used, 4096));
                    int end = head.IndexOf("\r\n\r\n");
                    if (end < 0) continue;
                    int at = head.IndexOf("Content-Length: ", StringComparison.OrdinalIgnoreCase) + 16;
                    rest = long.Parse(head.Substring(at, head.IndexOf('\r', at) - at)) - (used - end - 4);
                    used = 0;
                }
                stream.Write(answer, 0, answer.Length);
            }
        }
    }
}
'@
    [AnsweringServer]::Run($Bytes)
}

function Start-Server {
    # As a .NET tool PowerShell is a DLL that dotnet runs; there is no pwsh to start then.
    $shell = [Environment]::ProcessPath
    $start = [Diagnostics.ProcessStartInfo]::new($shell)
    if ((Split-Path $shell -LeafBase) -eq 'dotnet') { $start.ArgumentList.Add((Join-Path $PSHOME 'pwsh.dll')) }
    foreach ($argument in '-NoProfile', '-NonInteractive', '-Command', "& {$server} $Bytes") { $start.ArgumentList.Add($argument) }
    $start.RedirectStandardOutput = $true
    [Diagnostics.Process]::Start($start)
}

# Lets a conversation have so many turns, by appending the turn it has again and again: turns are immutable and hold their own bytes.
function Add-Turn($Conversation, [int] $Count) {
    $flags = [Reflection.BindingFlags] 'Instance, NonPublic'
    $append = [QwenChat.QwenConversation].GetMethod('Append', $flags)
    $with = [QwenChat.QwenTurn].GetMethod('With', $flags)
    $turn = $Conversation.Turns[0]
    for ($number = $Conversation.Turns.Count + 1; $number -le $Count; $number++) {
        $copy = $with.Invoke($turn, @($number, $turn.Items, 1, $null))
        $null = $append.Invoke($Conversation, @($copy, 0))
    }
}

function Get-Median([double[]] $Value) { ($Value | Sort-Object)[[int][Math]::Floor($Value.Count / 2)] }

$process = Start-Server
try {
    $port = [int]$process.StandardOutput.ReadLine()
    $key = [Net.NetworkCredential]::new('', 'x').SecurePassword
    $connection = New-QwenConnection -BaseUri "http://127.0.0.1:$port" -ApiKey $key
    $options = @{ Api = 'ChatCompletions'; Connection = $connection; Model = 'qwen3.6-plus'; ExplicitCache = $ExplicitCache }
    $message = 'q' * $Bytes
    $self = [Diagnostics.Process]::GetCurrentProcess()

    if ($Limit) { $options += @{ TokenLimit = [long]::MaxValue; CostLimit = 1e12 } }
    $http = [Net.Http.HttpClient]::new()

    # The compiler has done its work when the measuring begins.
    $warm = New-QwenConversation @options
    1..60 | ForEach-Object { $null = Send-QwenMessage $warm $message }

    foreach ($size in $Turn) {
        $conversation = New-QwenConversation @options
        $null = Send-QwenMessage $conversation $message
        Add-Turn $conversation ($size - 1)
        # The connection's buffers have grown to what this size needs.
        1..3 | ForEach-Object { $null = Send-QwenMessage $conversation $message }
        [GC]::Collect()
        $samples = for ($i = 0; $i -lt $Sample; $i++) {
            $self.Refresh()
            $cpu = $self.TotalProcessorTime
            $allocated = [GC]::GetTotalAllocatedBytes($true)
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $null = Send-QwenMessage $conversation $message
            $watch.Stop()
            $bytesNow = [GC]::GetTotalAllocatedBytes($true) - $allocated
            $self.Refresh()
            [pscustomobject]@{
                Allocated = $bytesNow
                Cpu       = ($self.TotalProcessorTime - $cpu).TotalMilliseconds
                Elapsed   = $watch.Elapsed.TotalMilliseconds
            }
        }
        $body = [byte[]]::new($size * 2 * $Bytes)
        $content = { [Net.Http.ByteArrayContent]::new($body) }
        $writing = for ($i = 0; $i -lt $Sample; $i++) {
            $self.Refresh()
            $cpu = $self.TotalProcessorTime
            $http.PostAsync("http://127.0.0.1:$port/", (& $content)).GetAwaiter().GetResult().Dispose()
            $self.Refresh()
            ($self.TotalProcessorTime - $cpu).TotalMilliseconds
        }
        [pscustomobject]@{
            Turn                 = $size
            'Body (KB)'          = [Math]::Round($size * 2 * $Bytes / 1024)
            'Allocated (KB)'     = [Math]::Round((Get-Median $samples.Allocated) / 1024, 1)
            # The system counts in steps of 10 ms; the mean of many turns is finer than one of them.
            'CPU, mean (ms)'     = [Math]::Round(($samples.Cpu | Measure-Object -Average).Average, 2)
            'CPU, writing alone' = [Math]::Round(($writing | Measure-Object -Average).Average, 2)
            'Time, median (ms)'  = [Math]::Round((Get-Median $samples.Elapsed), 2)
        }
    }
}
finally {
    $process.Kill()
    $process.Dispose()
}
