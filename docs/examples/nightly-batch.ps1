<#
.SYNOPSIS
    A job for every night: classifies the new tickets of a CSV file in a batch, at half the price, and writes the answers as a CSV file.
.DESCRIPTION
    The file has the columns Id and Text. Each run first receives the batches that have ended since the last one, and then starts a batch of the tickets
    that have no answer yet, unless one is still on its way. A ticket that fails goes into the next batch. A run that is killed loses nothing, and nothing
    is paid twice: the next one goes on where it stopped. With a key in $env:DASHSCOPE_API_KEY it talks to the service; without one, to an emulator that
    plays a model, and waits for the answers.
.EXAMPLE
    ./docs/examples/nightly-batch.ps1 -Path tickets.csv -OutPath answers.csv -Folder ~/batches
#>
[CmdletBinding()]
param(
    # The tickets.
    [Parameter(Mandatory)]
    [string] $Path,

    # Where the answers go.
    [Parameter(Mandatory)]
    [string] $OutPath,

    # Where the batches are kept from night to night.
    [string] $Folder = './batches',

    # Waits for the answers instead of leaving them to the next night.
    [switch] $Wait
)

$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot '../../output/QwenChat/QwenChat.psd1')

# Without a key: what the model says is decided here, so that the script can be tried and tested.
if (-not $env:DASHSCOPE_API_KEY) {
    $emulator = Start-QwenEmulator -Reply {
        param($Request)
        switch -Regex ($Request.LastMessage) { 'crash|error' { 'bug' } '\?$' { 'question' } default { 'praise' } }
    }
    $emulator | Set-QwenConnection
    $Wait = $true
}
$PSDefaultParameterValues['*-QwenBatch:Path'] = $Folder

# Each answer is in the file before its batch is removed. A ticket that is there already was written by a run that was killed before that.
function Receive-Answer([string] $Name) {
    $known = @(if (Test-Path $OutPath) { (Import-Csv $OutPath).Id })
    Receive-QwenBatch $Name -ErrorVariable failed -ErrorAction SilentlyContinue | Where-Object CustomId -NotIn $known |
        ForEach-Object { [pscustomobject]@{ Id = $_.CustomId; Kind = $_.Text } } | Export-Csv $OutPath -Append
    foreach ($failure in $failed) {
        if (-not $failure.TargetObject.Id) { throw $failure }
        Write-Warning "No answer yet. $failure"
    }
    Remove-QwenBatch $Name
}

try {
    foreach ($batch in Get-QwenBatch 'tickets-*' | Where-Object HasEnded) { Receive-Answer $batch.Name }
    if ($running = Get-QwenBatch 'tickets-*') {
        "$running is on its way ($($running.Status)): $($running.Completed) of $($running.Requests) tickets are answered"
        return
    }
    $known = @(if (Test-Path $OutPath) { (Import-Csv $OutPath).Id })
    $tickets = @(Import-Csv $Path | Where-Object { $_.Text -and $_.Id -notin $known })
    if (-not $tickets) { 'No new tickets'; return }
    $batch = $tickets |
        New-QwenBatchRequest -Message { $_.Text } -Instructions 'Answer with one word: bug, question or praise.' -Model qwen-flash |
        Start-QwenBatch "tickets-$(Get-Date -Format yyyyMMdd-HHmmss)"
    "$batch has $($batch.Requests) tickets"
    if ($Wait) {
        $null = Wait-QwenBatch $batch.Name
        Receive-Answer $batch.Name
        "$(@(Import-Csv $OutPath).Count) tickets are answered"
    }
}
finally {
    if ($emulator) { $emulator | Stop-QwenEmulator }
}
