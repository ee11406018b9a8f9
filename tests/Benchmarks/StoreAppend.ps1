<#
.SYNOPSIS
    Saves turns to one store from several processes concurrently, and checks that all turns are saved in order.
.DESCRIPTION
    Each process sends turns with Send-QwenMessage to an emulator, alternating between its own conversations in the same store.
    Afterward, each conversation must have exactly the turns of its process, in order.

    The store is a SQLite file, or the database specified with -ConnectionString, which must be empty.
.EXAMPLE
    pwsh -NoProfile -File tests/Benchmarks/StoreAppend.ps1
#>
[CmdletBinding()]
param(
    # The number of processes.
    [int] $Process = 2,

    # The total number of turns.
    [int] $Turn = 2000,

    # The number of conversations of each process.
    [int] $Conversation = 4,

    # The connection string of a PostgreSQL database.
    [string] $ConnectionString
)

. (Join-Path $PSScriptRoot Common.ps1)
Import-Module $manifest
$emulator = Start-EchoEmulator
$folder = New-TemporaryFolder
$where = if ($ConnectionString) { @{ ConnectionString = $ConnectionString } } else { @{ Path = Join-Path $folder chats.db } }

$writer = {
    param($Module, $Uri, $Key, $Where, $Writer, $Conversations, $Turns)
    Import-Module $Module
    Set-QwenConnection -BaseUri $Uri -ApiKey $Key
    $store = New-QwenStore @Where
    $own = 1..$Conversations | ForEach-Object { New-QwenConversation "$Writer.$_" -Api ChatCompletions -Store $store }
    $watch = [Diagnostics.Stopwatch]::StartNew()
    for ($number = 0; $number -lt $Turns; $number++) {
        $null = Send-QwenMessage $own[$number % $Conversations] "Question $([Math]::Floor($number / $Conversations) + 1)" -WarningAction Stop
    }
    $watch.Elapsed.TotalMilliseconds / $Turns
}

try {
    # The store is created before the processes start, so their times do not include its creation.
    (New-QwenStore @where).Dispose()
    $key = [Net.NetworkCredential]::new('', $emulator.ApiKey).Password
    $each = [int]($Turn / $Process)
    $jobs = 1..$Process | ForEach-Object { Start-Job $writer -ArgumentList $manifest, $emulator.BaseUri, $key, $where, $_, $Conversation, $each }
    $times = $jobs | Receive-Job -Wait -AutoRemoveJob

    $store = New-QwenStore @where
    $found = @(Get-QwenConversation -Store $store)
    $kept = 0
    $misplaced = 0
    foreach ($one in $found) {
        $turns = @($one.Turns)
        $kept += $turns.Count
        for ($number = 1; $number -le $turns.Count; $number++) {
            if (-not (Test-Echo $turns[$number - 1] $number)) { $misplaced++ }
        }
    }
    [pscustomobject]@{
        Store             = $store.Provider
        Processes         = $Process
        Conversations     = $found.Count
        Sent              = $each * $Process
        Kept              = $kept
        'Out of order'    = $misplaced
        'Turn, mean (ms)' = [Math]::Round(($times | Measure-Object -Average).Average, 1)
        Passed            = $kept -eq $each * $Process -and $misplaced -eq 0 -and $found.Count -eq $Process * $Conversation
    }
    $store.Dispose()
}
finally {
    Stop-QwenEmulator
    Remove-Item $folder -Recurse -Force
}
