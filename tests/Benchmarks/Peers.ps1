<#
.SYNOPSIS
    Measures other modules that are installed beside QwenChat; writes nothing where none is.
.DESCRIPTION
    A peer is measured when it is on PSModulePath: how it is imported, a turn of it and a streamed answer, all over Chat Completions and against the
    server that the other benchmarks use. Known: PSOpenAI.
.EXAMPLE
    $env:PSModulePath += ":$HOME/peers"; pwsh -NoProfile -File tests/Benchmarks/Peers.ps1
#>
[CmdletBinding()]
param(
    # The events of the streamed answer.
    [int] $EventCount = 20000,

    # How often a turn is sent.
    [int] $Sample = 200
)

. (Join-Path $PSScriptRoot Common.ps1)
if (-not (Get-Module PSOpenAI -ListAvailable)) { return }

$import = {
    $watch = [Diagnostics.Stopwatch]::StartNew()
    Import-Module $args[0]
    $watch.Elapsed.TotalMilliseconds.ToString([cultureinfo]::InvariantCulture)
}
$times = foreach ($i in 1..7) { [pscustomobject]@{ Ours = [double](Invoke-Fresh $import $manifest); Peer = [double](Invoke-Fresh $import PSOpenAI) } }
New-BenchmarkRow 'Import-Module; beside it PSOpenAI' (Get-Median $times.Ours) (Get-Median $times.Peer)

Import-Module $manifest, PSOpenAI
foreach ($kind in 'turn', 'stream') {
    $server = Start-AnswerServer $kind $(if ($kind -eq 'turn') { 2048 } else { $EventCount })
    try {
        $connection = New-BenchmarkConnection $server.Address
        $peer = @{ Message = 'Hello'; Model = 'qwen3.6-plus'; ApiBase = "$($server.Address)/compatible-mode/v1"; ApiKey = [Net.NetworkCredential]::new('', 'x').SecurePassword }
        $ours = @{ Message = 'Hello'; Api = 'ChatCompletions'; Connection = $connection }
        if ($kind -eq 'turn') {
            $time = Measure-SideBySide { $null = Send-QwenMessage @ours } { $null = Request-ChatCompletion @peer } -Sample $Sample -WarmUp 100
            New-BenchmarkRow 'A turn, not streamed; beside it PSOpenAI' $time.Ours $time.Baseline
        }
        else {
            $time = Measure-SideBySide { $null = Send-QwenMessage @ours -Stream } { $null = Request-ChatCompletion @peer -Stream } -Sample 5 -WarmUp 2 -Collect
            New-BenchmarkRow "$EventCount events, streamed into the pipeline; beside it PSOpenAI" $time.Ours $time.Baseline
        }
    }
    finally {
        Stop-AnswerServer $server
    }
}
