<#
.SYNOPSIS
    Repeatedly kills a process that saves turns to a store, and checks the store each time.
.DESCRIPTION
    Each time, a separate process sends turns with Send-QwenMessage to an emulator, in a conversation in a SQLite store. When the command has
    returned, the process writes the number of the turn. After a random number of turns, the process is killed (kill -9). Then the store is opened.
    The store must contain every turn whose number was written, in order, and each turn must have its question and its answer.

    This benchmark shows that no completed turn is lost, whenever a process ends. Whether data survives a power failure depends on SQLite, which flushes
    data to disk at the end of every turn (PRAGMA synchronous = FULL).
.EXAMPLE
    pwsh -NoProfile -File tests/Benchmarks/StoreKill.ps1
#>
[CmdletBinding()]
param(
    # The number of kills.
    [int] $Times = 20,

    # The number of turns that the process sends if it is not killed.
    [int] $Turn = 1000
)

. (Join-Path $PSScriptRoot Common.ps1)
Import-Module $manifest
$emulator = Start-EchoEmulator
$folder = New-TemporaryFolder

$writer = {
    param($Module, $Uri, $Key, $Path, $Count)
    Import-Module $Module
    Set-QwenConnection -BaseUri $Uri -ApiKey $Key
    $conversation = New-QwenConversation kept -Api ChatCompletions -Store (New-QwenStore $Path)
    for ($number = 1; $number -le $Count; $number++) {
        $null = Send-QwenMessage $conversation "Question $number"
        [Console]::Out.WriteLine($number)
    }
}

function Start-Writer([string] $Path) {
    $key = [Net.NetworkCredential]::new('', $emulator.ApiKey).Password
    $command = "& {$writer} '$manifest' '$($emulator.BaseUri)' '$key' '$Path' $Turn"
    $start = [Diagnostics.ProcessStartInfo]::new($shell)
    foreach ($argument in $shellStart + @('-NoProfile', '-NonInteractive', '-Command', $command)) { $start.ArgumentList.Add($argument) }
    $start.RedirectStandardOutput = $true
    [Diagnostics.Process]::Start($start)
}

try {
    for ($i = 1; $i -le $Times; $i++) {
        $path = Join-Path $folder "$i.db"
        $process = Start-Writer $path
        $until = Get-Random -Minimum 1 -Maximum $Turn
        $returned = 0
        while ($returned -lt $until) {
            $line = $process.StandardOutput.ReadLine()
            if ($null -eq $line) { throw "The process ended on its own after $returned turns." }
            $returned = [int]$line
        }
        # With a random delay, the process is sometimes killed in the middle of a turn.
        Start-Sleep -Milliseconds (Get-Random -Maximum 40)
        $process.Kill()
        $process.WaitForExit()
        # The process may have completed more turns before it was killed.
        foreach ($line in $process.StandardOutput.ReadToEnd() -split '\n' | Where-Object { $_ -match '^\d+\s*$' }) { $returned = [int]$line }
        $process.Dispose()

        $store = New-QwenStore $path
        $turns = @((Get-QwenConversation -Store $store).Turns)
        $whole = 0
        for ($number = 1; $number -le $turns.Count; $number++) {
            $kept = $turns[$number - 1]
            if ((Test-Echo $kept $number) -and $kept.State -eq 'Completed') { $whole++ }
        }
        # The last turn must also be in the search index.
        $found = @(Search-QwenConversation $store "question $($turns.Count)" -Mode Words).Count
        $store.Dispose()
        [pscustomobject]@{
            Kill     = $i
            Returned = $returned
            Kept     = $turns.Count
            Whole    = $whole
            Lost     = [Math]::Max(0, $returned - $turns.Count)
            Passed   = $turns.Count -ge $returned -and $turns.Count -le $returned + 1 -and $whole -eq $turns.Count -and $found -eq 1
        }
    }
}
finally {
    Stop-QwenEmulator
    Remove-Item $folder -Recurse -Force
}
