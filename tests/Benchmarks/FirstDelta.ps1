<#
.SYNOPSIS
    Measures the time from sending the first delta of an answer to its arrival in the pipeline, compared with reading the stream directly.
.DESCRIPTION
    The delta contains its send time, from a clock that all processes on a machine share.
.EXAMPLE
    pwsh -NoProfile -File tests/Benchmarks/FirstDelta.ps1
#>
[CmdletBinding()]
param(
    # The number of answers.
    [int] $Sample = 100
)

. (Join-Path $PSScriptRoot Common.ps1)
Import-Module $manifest
Import-Baseline

$server = Start-AnswerServer delta 5
try {
    $connection = New-BenchmarkConnection $server.Address
    foreach ($api in $apis.Keys) {
        $options = @{ Connection = $connection; Api = $api }
        $body = [Text.Encoding]::UTF8.GetBytes((Send-QwenMessage 'Hello' -Stream -DryRun @options).Body)
        $bare = [QwenChat.Benchmarks.BareClient]::new($server.Address + $apis.$api, $api)
        $ours = [Collections.Generic.List[double]]::new()
        $baseline = [Collections.Generic.List[double]]::new()
        for ($i = -40; $i -lt $Sample; $i++) {
            $isFirst = $true
            $delta = Send-QwenMessage 'Hello' -Stream @options |
                ForEach-Object { if ($isFirst) { $isFirst = $false; [QwenChat.Benchmarks.BareClient]::SinceSent($_.Text) } }
            $read = $bare.FirstDelta($body)
            if ($i -lt 0) { continue }
            $ours.Add($delta)
            $baseline.Add($read)
        }
        New-BenchmarkRow "From the server's first byte to the first delta, $api; baseline: a bare read" (Get-Median $ours) (Get-Median $baseline) -AtMostMore 1
        $bare.Dispose()
    }
}
finally {
    Stop-AnswerServer $server
}
