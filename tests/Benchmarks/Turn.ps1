<#
.SYNOPSIS
    Measures one turn that is not streamed, when everything is compiled, beside the same bytes by a bare HttpClient.
.EXAMPLE
    pwsh -NoProfile -File tests/Benchmarks/Turn.ps1
#>
[CmdletBinding()]
param(
    # How many turns are measured.
    [int] $Sample = 1000
)

. (Join-Path $PSScriptRoot Common.ps1)
Import-Module $manifest
Import-Module (Join-Path (Split-Path (Get-Built Minimal)) Minimal.psd1)
Import-Baseline

$server = Start-AnswerServer turn 2048
try {
    $connection = New-BenchmarkConnection $server.Address
    $message = 'What is to be seen in a small town by the sea in October?'
    foreach ($api in $apis.Keys) {
        $options = @{ Connection = $connection; Api = $api }
        $body = [Text.Encoding]::UTF8.GetBytes((Send-QwenMessage $message -DryRun @options).Body)
        $bare = [QwenChat.Benchmarks.BareClient]::new($server.Address + $apis.$api, $api)
        $time = Measure-SideBySide { $null = Send-QwenMessage $message @options } { $null = $bare.Turn($body) } -Sample $Sample -WarmUp 1000
        New-BenchmarkRow "A turn, $api, not streamed; beside it the same bytes by HttpClient" $time.Ours $time.Baseline -AtMost 1.5
        New-BenchmarkRow "The same, CPU" $time.OursCpu $time.BaselineCpu
        if ($api -eq 'ChatCompletions') {
            $time = Measure-SideBySide { $null = Get-Minimal } { $null = $bare.Turn($body) } -Sample $Sample -WarmUp 1000
            New-BenchmarkRow 'A cmdlet that does nothing, for comparison; beside it the same turn by HttpClient' $time.Ours $time.Baseline
        }
        $bare.Dispose()
    }
}
finally {
    Stop-AnswerServer $server
}
