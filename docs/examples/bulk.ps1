<#
.SYNOPSIS
    Classifies a CSV file of tickets, several at once, and writes the answers as a CSV file.
.DESCRIPTION
    The file has the columns Id and Text. Each ticket is a message in a conversation of its own. A ticket that fails is a warning, and is sent again with
    the next run: those that are in the answers already are left out. With a key in $env:DASHSCOPE_API_KEY it talks to the service; without one, to an
    emulator that plays a model.
.EXAMPLE
    ./docs/examples/bulk.ps1 -Path tickets.csv -OutPath answers.csv
#>
[CmdletBinding()]
param(
    # The tickets.
    [Parameter(Mandatory)]
    [string] $Path,

    # Where the answers go.
    [Parameter(Mandatory)]
    [string] $OutPath,

    # How many are sent at once.
    [int] $ThrottleLimit = 16
)

$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot '../../output/QwenChat/QwenChat.psd1')

# Without a key: what the model says is decided here, so that the script can be tried and tested.
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
    # Each answer is in the file as soon as it is there: a run that is stopped loses none of them.
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
