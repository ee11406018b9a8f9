<#
.SYNOPSIS
    Measures a streamed answer of 20,000 events, compared with HttpClient, StreamReader and JsonDocument reading the same stream.
.DESCRIPTION
    Measures the answer with deltas, whose output is handled in three ways, and without deltas. The model supports only streaming.
.EXAMPLE
    pwsh -NoProfile -File tests/Benchmarks/Stream.ps1
#>
[CmdletBinding()]
param(
    # The number of events in the answer.
    [int] $EventCount = 20000,

    # The number of times that each client reads the answer.
    [int] $Sample = 15
)

. (Join-Path $PSScriptRoot Common.ps1)
# This model supports only streaming, so its answers are streamed even without -Stream.
$models = New-TemporaryFile
Set-Content $models '{ "models": { "stream-only": { "streamOnly": true, "apis": ["Responses", "ChatCompletions", "DashScope"], "nativeEndpoint": "multimodal-generation" } } }'
$env:QWENCHAT_MODELS = $models
Import-Module $manifest
Import-Baseline

$server = Start-AnswerServer stream $EventCount
try {
    $connection = New-BenchmarkConnection $server.Address
    foreach ($api in $apis.Keys) {
        $options = @{ Connection = $connection; Api = $api; Model = 'stream-only' }
        $body = [Text.Encoding]::UTF8.GetBytes((Send-QwenMessage 'Hello' -DryRun @options).Body)
        $bare = [QwenChat.Benchmarks.BareClient]::new($server.Address + $apis.$api, $api)
        if ((Send-QwenMessage 'Hello' @options).Text.Length -ne $bare.Stream($body)) { throw 'QwenChat and the baseline did not read the same text.' }
        $ways = [ordered]@{
            'with deltas, $null =' = @{ Script = { $null = Send-QwenMessage 'Hello' -Stream @options }; AtMost = 1.5 }
            'with deltas, Out-Null' = @{ Script = { Send-QwenMessage 'Hello' -Stream @options | Out-Null }; AtMost = 1.5 }
            'with deltas, ForEach-Object' = @{ Script = { Send-QwenMessage 'Hello' -Stream @options | ForEach-Object { $_ } | Out-Null }; AtMost = $null }
            'without deltas' = @{ Script = { $null = Send-QwenMessage 'Hello' @options }; AtMost = 1.1 }
        }
        foreach ($way in $ways.Keys) {
            $time = Measure-SideBySide $ways.$way.Script { $null = $bare.Stream($body) } -Sample $Sample -WarmUp 6 -Collect
            New-BenchmarkRow "$EventCount events, $api, $way; baseline: HttpClient, StreamReader, JsonDocument" $time.Ours $time.Baseline -AtMost $ways.$way.AtMost
        }
        $bare.Dispose()
    }
}
finally {
    Stop-AnswerServer $server
    Remove-Item $models
}
