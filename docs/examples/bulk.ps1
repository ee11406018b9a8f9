<#
.SYNOPSIS
    Classifies a CSV file of tickets, several concurrently, and writes the answers as a CSV file.
.DESCRIPTION
    The file has the columns Id and Text. Each ticket is a message in a separate conversation. If a ticket fails, a warning is written. The next run sends
    only the tickets that have no answer yet. With a key in $env:DASHSCOPE_API_KEY, the script uses the service; without one, an emulator that simulates
    a model.
.EXAMPLE
    ./docs/examples/bulk.ps1 -Path tickets.csv -OutPath answers.csv
#>
[CmdletBinding()]
param(
    # The CSV file with the tickets.
    [Parameter(Mandatory)]
    [string] $Path,

    # The CSV file to which the answers are written.
    [Parameter(Mandatory)]
    [string] $OutPath,

    # The maximum number of messages to send concurrently.
    [int] $ThrottleLimit = 16
)

$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot '../../output/QwenChat/QwenChat.psd1')

# Without a key, an emulator generates the answers, so you can try the script.
if (-not $env:DASHSCOPE_API_KEY) {
    $emulator = Start-QwenEmulator -Reply {
        param($Request)
        switch -Regex ($Request.Messages[-1].Text) { 'crash|error' { 'bug' } '\?$' { 'question' } default { 'praise' } }
    }
    $emulator | Set-QwenConnection
}

try {
    $known = if (Test-Path $OutPath) { (Import-Csv $OutPath).Id }
    $tickets = @(Import-Csv $Path | Where-Object Id -NotIn $known)
    # Each answer is written to the file immediately, so no answer is lost if the run is stopped.
    $tickets |
        Send-QwenMessage -Message { if ($_.Text) { $_.Text } } -Instructions 'Answer with one word: bug, question or praise.' -Thinking Off `
            -ThrottleLimit $ThrottleLimit -ErrorVariable failed -ErrorAction SilentlyContinue |
        ForEach-Object { [pscustomobject]@{ Id = $_.InputObject.Id; Kind = $_.Text } | Export-Csv $OutPath -Append }
    $failed | ForEach-Object { Write-Warning "Ticket $($_.TargetObject.Id): $_" }
    "$($tickets.Count - $failed.Count) of $($tickets.Count) tickets answered"
}
finally {
    if ($emulator) { $emulator | Stop-QwenEmulator }
}
