<#
.SYNOPSIS
    Measures the turns per second when one command sends many messages, compared with plain asynchronous loops in the same process.
.DESCRIPTION
    The command and the loops run alternately, and send the same number of identical requests concurrently. The service answers either
    immediately, so that only the processor limits the rate, or after 20 ms. Finally, the memory for a large number of inputs is measured.
.EXAMPLE
    pwsh -NoProfile -File tests/Benchmarks/Bulk.ps1
#>
[CmdletBinding()]
param(
    # The number of concurrent messages.
    [int[]] $Limit = (16, 64, 128),

    # The number of turns in one measurement.
    [int] $Turn = 3000,

    # The number of measurements.
    [int] $Sample = 5,

    # The number of inputs for the memory measurement.
    [int] $MemoryInput = 200000
)

. (Join-Path $PSScriptRoot Common.ps1)
Import-Module $manifest
Import-Baseline
$text = 'What is there to see?'

function Measure-Rate([scriptblock] $Send) {
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $null = & $Send
    $Turn / $watch.Elapsed.TotalSeconds
}

foreach ($delay in 0, 20) {
    $server = Start-AnswerServer turn 2048 $delay
    try {
        $connection = New-BenchmarkConnection $server.Address
        $body = [Text.Encoding]::UTF8.GetBytes((Send-QwenMessage $text -DryRun -Connection $connection -Api ChatCompletions).Body)
        $bare = [QwenChat.Benchmarks.BareClient]::new($server.Address + $apis.ChatCompletions, 'ChatCompletions')
        $inputs = @($text) * $Turn
        foreach ($number in $Limit) {
            $sides = [ordered]@{
                Baseline    = { $bare.Loops($body, $number, $Turn) }
                AsCompleted = { $inputs | Send-QwenMessage -ThrottleLimit $number -Connection $connection -Api ChatCompletions }
                Ordered     = { $inputs | Send-QwenMessage -ThrottleLimit $number -Ordered -Connection $connection -Api ChatCompletions }
            }
            foreach ($side in $sides.Keys) { Invoke-UntilWarm { $null = & $sides[$side] } -Count 2 }
            $rates = foreach ($round in 1..$Sample) {
                foreach ($side in $sides.Keys) { [pscustomobject]@{ Side = $side; Rate = Measure-Rate $sides[$side] } }
            }
            $median = @{}
            $rates | Group-Object Side | ForEach-Object { $median[$_.Name] = Get-Median $_.Group.Rate }
            $when = if ($delay) { "answers after $delay ms" } else { 'immediate answers' }
            foreach ($side in 'AsCompleted', 'Ordered') {
                $order = if ($side -eq 'Ordered') { ', in order' } else { '' }
                New-BenchmarkRow "-ThrottleLimit $number, $when${order}: turns per second; baseline: bare asynchronous loops" $median[$side] `
                    $median.Baseline -Unit '1/s' -AtLeast 0.8
            }
        }
        if (-not $delay) {
            $null = 1..1000 | Send-QwenMessage -ThrottleLimit 64 -Connection $connection -Api ChatCompletions
            $before = [GC]::GetTotalMemory($true)
            $most = 0
            $seen = 0
            1..$MemoryInput | Send-QwenMessage -ThrottleLimit 64 -Connection $connection -Api ChatCompletions | ForEach-Object {
                if (++$seen % ($MemoryInput / 10) -eq 0) { $most = [Math]::Max($most, [GC]::GetTotalMemory($true)) }
            }
            if ($seen -ne $MemoryInput) { throw "$seen of $MemoryInput inputs were answered." }
            New-BenchmarkRow "$($MemoryInput.ToString('N0')) inputs through -ThrottleLimit 64: maximum memory in use; baseline: before the run" ($most / 1MB) `
                ($before / 1MB) -Unit MB -AtMostMore 20
        }
        $bare.Dispose()
    }
    finally {
        Stop-AnswerServer $server
    }
}
