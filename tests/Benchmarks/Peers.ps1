<#
.SYNOPSIS
    Compares QwenChat with other ways to send a message: Invoke-RestMethod, and other modules if they are installed.
.DESCRIPTION
    All clients use Chat Completions and the server of the other benchmarks. Invoke-RestMethod is always available; its body is
    created with ConvertTo-Json, as in a typical script. If the module PSOpenAI is on PSModulePath, its import, a turn and a
    streamed answer are measured. PSOpenAI takes seconds to read the streamed answer, so the answer is read only a few times.
.EXAMPLE
    $env:PSModulePath += ":$HOME/peers"; pwsh -NoProfile -File tests/Benchmarks/Peers.ps1
#>
[CmdletBinding()]
param(
    # The number of events in the streamed answer.
    [int] $EventCount = 20000,

    # The number of times that the answer is read.
    [int] $StreamSample = 3,

    # The number of times that a turn is sent.
    [int] $Sample = 100
)

. (Join-Path $PSScriptRoot Common.ps1)
Import-Module $manifest
$hasPSOpenAI = [bool](Get-Module PSOpenAI -ListAvailable)

if ($hasPSOpenAI) {
    $times = foreach ($i in 1..5) { [pscustomobject]@{ Ours = Measure-Import $manifest; Baseline = Measure-Import PSOpenAI } }
    New-BenchmarkRow 'Import-Module QwenChat; baseline: PSOpenAI' (Get-Median $times.Ours) (Get-Median $times.Baseline)
    Import-Module PSOpenAI
}

$qwen = @{ Message = 'Hello'; Api = 'ChatCompletions' }
$peer = @{ Message = 'Hello'; Model = 'qwen3.6-plus'; ApiKey = [Net.NetworkCredential]::new('', 'x').SecurePassword }
$server = Start-AnswerServer turn 2048
try {
    $qwen.Connection = New-BenchmarkConnection $server.Address
    $peer.ApiBase = $server.Address + '/compatible-mode/v1'
    $time = Measure-SideBySide { $null = Send-QwenMessage @qwen } {
        $body = @{ model = 'qwen3.6-plus'; messages = @(@{ role = 'user'; content = 'Hello' }) } | ConvertTo-Json -Depth 5
        $answer = Invoke-RestMethod ($server.Address + $apis.ChatCompletions) -Method Post -Headers @{
            Authorization = 'Bearer x' } -ContentType application/json -Body $body
        $null = $answer.choices[0].message.content
    } -Sample $Sample -WarmUp 100
    New-BenchmarkRow 'A turn, ChatCompletions, not streamed; baseline: Invoke-RestMethod' $time.Ours $time.Baseline
    if ($hasPSOpenAI) {
        $time = Measure-SideBySide { $null = Send-QwenMessage @qwen } { $null = Request-ChatCompletion @peer } -Sample $Sample -WarmUp 100
        New-BenchmarkRow 'A turn, ChatCompletions, not streamed; baseline: PSOpenAI' $time.Ours $time.Baseline
    }
}
finally {
    Stop-AnswerServer $server
}
if (-not $hasPSOpenAI) { return }

$server = Start-AnswerServer stream $EventCount
try {
    $qwen.Connection = New-BenchmarkConnection $server.Address
    $peer.ApiBase = $server.Address + '/compatible-mode/v1'
    $time = Measure-SideBySide { $null = Send-QwenMessage @qwen -Stream } {
        $null = Request-ChatCompletion @peer -Stream
    } -Sample $StreamSample -WarmUp 1 -Collect
    New-BenchmarkRow "$EventCount events, ChatCompletions, with deltas, `$null =; baseline: PSOpenAI" $time.Ours $time.Baseline
}
finally {
    Stop-AnswerServer $server
}
