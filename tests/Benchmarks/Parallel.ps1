<#
.SYNOPSIS
    Measures 64 concurrent conversations in turns per second, compared with a plain HttpClient.
.DESCRIPTION
    QwenChat and HttpClient run alternately in ForEach-Object -Parallel, in the same runspaces. Each round begins when all runspaces are ready. The
    service delays each answer, but far less than a model. The rate without a delay, which only the processor limits, is also measured.
.EXAMPLE
    pwsh -NoProfile -File tests/Benchmarks/Parallel.ps1
#>
[CmdletBinding()]
param(
    # The number of concurrent conversations.
    [int] $Conversation = 64,

    # The number of turns of each conversation in one measurement.
    [int] $Turn = 25,

    # The number of measurements.
    [int] $Sample = 7
)

. (Join-Path $PSScriptRoot Common.ps1)
Import-Module $manifest
Import-Baseline

foreach ($delay in 20, 0) {
    $server = Start-AnswerServer turn 2048 $delay
    try {
        $connection = New-BenchmarkConnection $server.Address
        # With the Responses API, the service keeps the history, so every turn takes the same amount of work.
        $body = [Text.Encoding]::UTF8.GetBytes((Send-QwenMessage 'What is there to see?' -DryRun -Connection $connection -Api Responses).Body)
        $bare = [QwenChat.Benchmarks.BareClient]::new($server.Address + $apis.Responses, 'Responses')
        $shared = @{ Connection = $connection; Bare = $bare; Body = $body; Barrier = [Threading.Barrier]::new($Conversation); Turn = $Turn }
        $times = 1..$Conversation | ForEach-Object -ThrottleLimit $Conversation -Parallel {
            Import-Module $using:manifest
            $shared = $using:shared
            $conversation = New-QwenConversation -Connection $shared.Connection -Api Responses
            # Only rounds above 0 are measured. The earlier rounds compile the frequently called code in every runspace.
            foreach ($round in -19..$using:Sample) {
                foreach ($side in 'Ours', 'Baseline') {
                    if (-not $shared.Barrier.SignalAndWait(300000)) { throw 'The round did not begin, because another conversation ended early.' }
                    $began = [Diagnostics.Stopwatch]::GetTimestamp()
                    if ($side -eq 'Ours') { for ($i = 0; $i -lt $shared.Turn; $i++) { $null = Send-QwenMessage $conversation 'What is there to see?' } }
                    else { for ($i = 0; $i -lt $shared.Turn; $i++) { $null = $shared.Bare.Turn($shared.Body) } }
                    [pscustomobject]@{ Round = $round; Side = $side; Began = $began; Ended = [Diagnostics.Stopwatch]::GetTimestamp() }
                }
            }
        }
        $bare.Dispose()
        $rates = $times | Where-Object Round -GT 0 | Group-Object Round, Side | ForEach-Object {
            $elapsed = [Diagnostics.Stopwatch]::GetElapsedTime(($_.Group.Began | Measure-Object -Minimum).Minimum,
                ($_.Group.Ended | Measure-Object -Maximum).Maximum)
            [pscustomobject]@{ Side = $_.Group[0].Side; Rate = $Conversation * $Turn / $elapsed.TotalSeconds }
        }
        $ours, $baseline = 'Ours', 'Baseline' | ForEach-Object { $side = $_; Get-Median ($rates | Where-Object Side -EQ $side).Rate }
        $when = if ($delay) { "answers after $delay ms" } else { 'immediate answers' }
        New-BenchmarkRow "$Conversation conversations in parallel, ${when}: turns per second; baseline: the same with HttpClient" $ours $baseline -Unit '1/s' -AtLeast $(if ($delay) { 0.8 })
    }
    finally {
        Stop-AnswerServer $server
    }
}
