<#
.SYNOPSIS
    Measures a turn with one round of tools, compared with two plain turns (the same number of requests), and the schemas of 30 commands.
.EXAMPLE
    pwsh -NoProfile -File tests/Benchmarks/Tools.ps1
#>
[CmdletBinding()]
param(
    # The number of measured turns.
    [int] $Sample = 300
)

. (Join-Path $PSScriptRoot Common.ps1)
Import-Module $manifest

$emulator = Start-QwenEmulator -Reply {
    param($Request)
    if ($Request.Tools -and $Request.Messages[-1].Role -ne 'tool') { @{ ToolCalls = @(@{ Id = 'c1'; Name = 'get_weather'; Arguments = '{"City":"Oslo"}' }) } }
    else { 'It is sunny in Oslo.' }
}
$emulator | Set-QwenConnection
try {
    $weather = New-QwenTool get_weather { param([Parameter(Mandatory)] [string] $City) "Sunny in $City." }
    foreach ($api in $apis.Keys) {
        $options = @{ Api = $api; Thinking = 'Off' }
        $ours = { $null = Send-QwenMessage 'Weather in Oslo?' @options -Tool $weather }
        $plain = { $null = Send-QwenMessage 'Weather in Oslo?' @options | Send-QwenMessage 'Weather in Oslo?' }
        Invoke-UntilWarm { & $ours; & $plain }
        $time = Measure-SideBySide $ours $plain -Sample $Sample
        New-BenchmarkRow "A turn with one tool round, $api; baseline: two plain turns" $time.Ours $time.Baseline -AtMost 1.2
    }
    $commands = Get-Command -Module Microsoft.PowerShell.Management -CommandType Cmdlet | Sort-Object Name | Select-Object -First 30
    $ours = { $null = $commands | New-QwenTool }
    $reads = { foreach ($command in $commands) { $null = $command.Parameters.Values.Attributes.Count; $null = $command.ParameterSets.Count } }
    Invoke-UntilWarm { & $ours; & $reads }
    $time = Measure-SideBySide $ours $reads -Sample 50
    New-BenchmarkRow 'The schemas of 30 commands; baseline: reading their parameters' $time.Ours $time.Baseline
}
finally {
    $emulator | Stop-QwenEmulator
}
