<#
.SYNOPSIS
    A nightly job: classifies the new tickets of a CSV file in a batch, at half the price, and writes the answers as a CSV file.
.DESCRIPTION
    The file has the columns Id and Text. Each run first receives the batches that were completed since the last run, and then starts a batch of the tickets
    that have no answer yet, unless a batch is still in progress. A failed ticket is included in the next batch. If a run is killed, nothing is lost or
    billed twice, and the next run continues the work. With a key in $env:DASHSCOPE_API_KEY, the script uses the service; without one, an emulator that
    simulates a model, and waits for the answers.
.EXAMPLE
    ./docs/examples/nightly-batch.ps1 -Path tickets.csv -OutPath answers.csv -Folder ~/batches
#>
[CmdletBinding()]
param(
    # The CSV file with the tickets.
    [Parameter(Mandatory)]
    [string] $Path,

    # The CSV file to which the answers are written.
    [Parameter(Mandatory)]
    [string] $OutPath,

    # The batch folder. Use the same folder every night.
    [string] $Folder = './batches',

    # Waits for the answers instead of leaving them to the next night.
    [switch] $Wait
)

$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot '../../output/QwenChat/QwenChat.psd1')

# Without a key, an emulator generates the answers, so you can try the script.
if (-not $env:DASHSCOPE_API_KEY) {
    $emulator = Start-QwenEmulator -Reply {
        param($Request)
        switch -Regex ($Request.LastMessage) { 'crash|error' { 'bug' } '\?$' { 'question' } default { 'praise' } }
    }
    $emulator | Set-QwenConnection
    $Wait = $true
}
$PSDefaultParameterValues['*-QwenBatch:Path'] = $Folder

# If an earlier run was killed before it removed the batch, the file already contains answers of the batch.
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
        "$running is in progress ($($running.Status)): $($running.Completed) of $($running.Requests) tickets are answered"
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
