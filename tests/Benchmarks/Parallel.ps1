<#
.SYNOPSIS
    Measures 64 conversations at a time, beside the same by a bare HttpClient: turns in a second.
.DESCRIPTION
    Both run in ForEach-Object -Parallel. The runspaces are there before the watch starts: all wait until the last is ready. The service takes its
    time for an answer, though far less than a model does; what it is without that, when the processor alone is the limit, is shown too.
.EXAMPLE
    pwsh -NoProfile -File tests/Benchmarks/Parallel.ps1
#>
[CmdletBinding()]
param(
    # How many conversations go on at a time.
    [int] $Conversation = 64,

    # How many turns each has.
    [int] $Turn = 25,

    # How often it is measured.
    [int] $Sample = 5
)

. (Join-Path $PSScriptRoot Common.ps1)
Import-Module $manifest
Import-Baseline

# Runs a block in so many runspaces; how many turns a second there were from when all were ready to the end of the last one.
function Measure-Throughput([scriptblock] $Begin, [scriptblock] $Work) {
    $barrier = [Threading.Barrier]::new($Conversation)
    $settings = @{ Begin = "$Begin"; Work = "$Work"; Turn = $Turn; Barrier = $barrier; Manifest = $manifest; Shared = $shared }
    $times = 1..$Conversation | ForEach-Object -ThrottleLimit $Conversation -Parallel {
        $settings = $using:settings
        $shared = $settings.Shared
        Import-Module $settings.Manifest
        $state = . ([scriptblock]::Create($settings.Begin))
        $work = [scriptblock]::Create($settings.Work)
        . $work
        $settings.Barrier.SignalAndWait()
        $began = [Diagnostics.Stopwatch]::GetTimestamp()
        for ($i = 0; $i -lt $settings.Turn; $i++) { . $work }
        [pscustomobject]@{ Began = $began; Ended = [Diagnostics.Stopwatch]::GetTimestamp() }
    }
    $elapsed = [Diagnostics.Stopwatch]::GetElapsedTime(($times.Began | Measure-Object -Minimum).Minimum, ($times.Ended | Measure-Object -Maximum).Maximum)
    $Conversation * $Turn / $elapsed.TotalSeconds
}

foreach ($delay in 20, 0) {
    $server = Start-AnswerServer turn 2048 $delay
    try {
        $connection = New-BenchmarkConnection $server.Address
        # Each turn alike: over Responses the service keeps the history.
        $body = [Text.Encoding]::UTF8.GetBytes((Send-QwenMessage 'What is there to see?' -DryRun -Connection $connection -Api Responses).Body)
        $shared = @{ Connection = $connection; Body = $body; Client = [QwenChat.Benchmarks.BareClient]::new($server.Address + $apis.Responses, 'Responses') }
        $ours = [Collections.Generic.List[double]]::new()
        $baseline = [Collections.Generic.List[double]]::new()
        for ($i = -1; $i -lt $Sample; $i++) {
            $turns = Measure-Throughput { New-QwenConversation -Connection $shared.Connection -Api Responses } { $null = Send-QwenMessage $state 'What is there to see?' }
            $bareTurns = Measure-Throughput { } { $null = $shared.Client.Turn($shared.Body) }
            if ($i -ge 0) {
                $ours.Add($turns)
                $baseline.Add($bareTurns)
            }
        }
        $shared.Client.Dispose()
        $when = if ($delay) { "answers after $delay ms" } else { 'answers at once' }
        New-BenchmarkRow "$Conversation conversations in parallel, ${when}: turns in a second; beside it the same by HttpClient" (Get-Median $ours) (Get-Median $baseline) -Unit '1/s' -AtLeast $(if ($delay) { 0.8 })
    }
    finally {
        Stop-AnswerServer $server
    }
}
