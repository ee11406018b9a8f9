<#
.SYNOPSIS
    Measures one turn without streaming, after its code has been compiled, compared with sending the same bytes with a plain HttpClient.
.DESCRIPTION
    To separate the shares of QwenChat, PowerShell and the network, an empty cmdlet and a turn that is answered immediately are also measured.
.EXAMPLE
    pwsh -NoProfile -File tests/Benchmarks/Turn.ps1
#>
[CmdletBinding()]
param(
    # The number of measured turns.
    [int] $Sample = 1000
)

. (Join-Path $PSScriptRoot Common.ps1)
Import-Module $manifest
Import-Module (Join-Path (Split-Path (Get-Built Minimal)) Minimal.psd1)
Import-Baseline

# Creates a connection whose requests are answered immediately, without a network.
function Set-AnswerAtOnce($Connection, [byte[]] $Answer) {
    $type = [QwenChat.QwenConnection].Assembly.GetType('QwenChat.Http.Transport')
    $parts = $Connection, [QwenChat.Benchmarks.AnswerAtOnce]::new($Answer), [TimeProvider]::System, [Random]::Shared | ForEach-Object { $_.psobject.BaseObject }
    $transports = $type.GetField('s_transports', 'Static, NonPublic').GetValue($null)
    $transports.Add($parts[0], $type.GetConstructors()[0].Invoke($parts))
}

$server = Start-AnswerServer turn 2048
try {
    $connection = New-BenchmarkConnection $server.Address
    $message = 'What is to be seen in a small town by the sea in October?'
    foreach ($api in $apis.Keys) {
        $options = @{ Connection = $connection; Api = $api }
        $body = [Text.Encoding]::UTF8.GetBytes((Send-QwenMessage $message -DryRun @options).Body)
        $bare = [QwenChat.Benchmarks.BareClient]::new($server.Address + $apis.$api, $api)
        Invoke-UntilWarm { $null = Send-QwenMessage $message @options; $null = $bare.Turn($body) }
        $time = Measure-SideBySide { $null = Send-QwenMessage $message @options } { $null = $bare.Turn($body) } -Sample $Sample
        New-BenchmarkRow "A turn, $api, not streamed; baseline: the same bytes with HttpClient" $time.Ours $time.Baseline -AtMost 1.5
        New-BenchmarkRow "The same, CPU" $time.OursCpu $time.BaselineCpu
        if ($api -eq 'ChatCompletions') {
            Invoke-UntilWarm { $null = Get-Minimal }
            $time = Measure-SideBySide { $null = Get-Minimal } { $null = $bare.Turn($body) } -Sample $Sample
            New-BenchmarkRow 'A cmdlet that does nothing, for comparison; baseline: the same turn with HttpClient' $time.Ours $time.Baseline
            $atOnce = @{ Connection = New-BenchmarkConnection http://127.0.0.1:1; Api = $api }
            $answer = Invoke-WebRequest ($server.Address + $apis.$api) -Method Post -Body $body -ContentType application/json
            Set-AnswerAtOnce $atOnce.Connection ([Text.Encoding]::UTF8.GetBytes($answer.Content))
            Invoke-UntilWarm { $null = Send-QwenMessage $message @atOnce }
            $time = Measure-SideBySide { $null = Send-QwenMessage $message @atOnce } { $null = Get-Minimal } -Sample $Sample
            New-BenchmarkRow 'The turn without a network, answered immediately; baseline: the cmdlet that does nothing' $time.Ours $time.Baseline
        }
        $bare.Dispose()
    }
}
finally {
    Stop-AnswerServer $server
}
