# A SQLite store's file: copying the file, closing the store, and removing or changing the file while the store is open.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $emulator = Connect-TestEmulator
    function New-Path { "$TestDrive/$([guid]::NewGuid()).db" }
    function Read-Copy($Path) {
        Copy-Item -LiteralPath $Path "$Path.copy.db" -Force
        $s = New-QwenStore "$Path.copy.db"
        Get-QwenConversation -Store $s | ForEach-Object { "$($_.Name):$($_.Turns.Message -join ',')" }
        Close-QwenStore $s
    }
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'A copy of the main file' {
    It 'contains all turns after a process that <how>' -ForEach @(
        @{ how = 'ends at its last line'; end = '' }
        @{ how = 'exits'; end = 'exit 0' }
        @{ how = 'exits with an error'; end = 'throw "no"' }
        @{ how = 'calls Environment.Exit'; end = '[Environment]::Exit(3)' }
        @{ how = 'removes the module'; end = 'Remove-Module QwenChat' }
        @{ how = 'used it in another runspace'; end = '1 | ForEach-Object -Parallel { Import-Module QwenChat; $null = Send-QwenMessage $using:c "turn 4" }' }
    ) {
        $path = New-Path
        $null = Invoke-FreshShell -AllowFailure (
            [scriptblock]::Create("param(`$Module, `$Path) Import-Module `$Module; Start-QwenEmulator | Set-QwenConnection; `$s = New-QwenStore `$Path
            `$c = New-QwenConversation trip -Store `$s -Api ChatCompletions; 1..3 | ForEach-Object { `$null = Send-QwenMessage `$c `"turn `$_`" }
            $end")) -Argument $ModulePath, $path
        Get-ChildItem $TestDrive -Filter "$(Split-Path $path -Leaf)*" | Should -HaveCount 1
        $turns = if ($how -like '*runspace') { 4 } else { 3 }
        Read-Copy $path | Should -Be "trip:$((1..$turns | ForEach-Object { "turn $_" }) -join ',')"
    }

    It 'contains all turns after a background job, whose process is killed' {
        $path = New-Path
        Start-Job { Import-Module $using:ModulePath; Start-QwenEmulator | Set-QwenConnection
        $c = New-QwenConversation trip -Store (New-QwenStore $using:path) -Api ChatCompletions
            1..3 | ForEach-Object { $null = Send-QwenMessage $c "turn $_" } } | Receive-Job -Wait -AutoRemoveJob
        Read-Copy $path | Should -Be 'trip:turn 1,turn 2,turn 3'
    }

    It 'contains all turns shortly after the last turn' {
        $s = New-QwenStore (New-Path)
        $c = New-QwenConversation trip -Store $s -Api ChatCompletions
        1..3 | ForEach-Object { $null = Send-QwenMessage $c "turn $_" }
        Wait-Until { (Get-Item "$s-wal").Length -eq 0 } -Seconds 10
        Read-Copy $s.Location | Should -Be 'trip:turn 1,turn 2,turn 3'
        Close-QwenStore $s
    }
}

Describe 'Close-QwenStore' {
    It 'leaves one file, and conversations can continue without the store' {
        $s = New-QwenStore (New-Path)
        $c = New-QwenConversation trip -Store $s -Api ChatCompletions
        $null = Send-QwenMessage $c one
        $s.IsOpen | Should -BeTrue
        Close-QwenStore $s
        Close-QwenStore -Store $s, $s
        $s.IsOpen | Should -BeFalse
        "$s" | Should -Be $s.Location
        Get-ChildItem "$s*" | Should -HaveCount 1
        $c.Turns.Count | Should -Be 1
        $reply = Send-QwenMessage $c two -WarningVariable warned -WarningAction SilentlyContinue
        $reply.State | Should -Be Completed
        $warned | Should -BeLike '*not in the store*Close-QwenStore*New-QwenStore*'
        Set-QwenConversation $c -Store (New-QwenStore $s.Location) -WarningAction SilentlyContinue
        (Get-QwenConversation -Store $c.Store -Name trip).Turns.Message | Should -Be one, two
        $c, $c | Close-QwenStore
        $c.Store.IsOpen | Should -BeFalse
    }

    It 'causes <command> to report that the store is closed' -ForEach @(
        @{ command = 'Get-QwenConversation'; do = { Get-QwenConversation -Store $s } }
        @{ command = 'Get-QwenConversation -Id'; do = { Get-QwenConversation x -Store $s -ErrorAction Stop } }
        @{ command = 'Search-QwenConversation'; do = { Search-QwenConversation $s x -Mode Words -ErrorAction Stop } }
        @{ command = 'Set-QwenConversation -Store'; do = { Set-QwenConversation (New-QwenConversation -Api ChatCompletions) -Store $s -ErrorAction Stop } }
        @{ command = 'Remove-QwenConversation'; do = { Remove-QwenConversation $c -Confirm:$false -ErrorAction Stop } }
    ) {
        $s = New-QwenStore (New-Path)
        $c = New-QwenConversation trip -Store $s -Api ChatCompletions
        $null = Send-QwenMessage $c one
        Close-QwenStore $s
        $failure = $do | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'QwenStoreUnavailable,*'
        $failure.Exception.Message | Should -BeLike '*was closed*'
    }

    It 'is not needed for a store that is no longer referenced' {
        $path = New-Path
        & { @(Get-QwenConversation -Store (New-QwenStore $path) -Summary).Count | Should -Be 0 }
        Wait-Until { [GC]::Collect(); [GC]::WaitForPendingFinalizers(); @(Get-ChildItem "$path*").Count -eq 1 } -Seconds 10
    }
}

Describe 'The file of an open store is <what>' -Skip:$IsWindows -Tag 'needs a system with file modes: not Windows' -ForEach @(
    @{ what = 'removed'; do = { Remove-Item "$path*" -Force }; after = $null }
    @{ what = 'renamed'; do = { Move-Item $path "$path.moved" }; after = $null }
    @{ what = 'replaced by another store'; do = { Move-Item "$path.other" $path -Force }; after = 'other:hello' }
    @{ what = 'overwritten by another store'; do = { [IO.File]::WriteAllBytes($path, [IO.File]::ReadAllBytes("$path.other")) }; after = 'other:hello' }
    @{ what = 'restored from a backup'; do = { Copy-Item "$path.backup" $path -Force }; after = 'trip:one' }
) {
    It 'and the store writes nothing to its path, streamed: <streamed>' -ForEach @{ streamed = $true }, @{ streamed = $false } {
        $path = New-Path
        $other = New-QwenStore "$path.other"
        $null = Send-QwenMessage hello -Name other -Store $other -Api ChatCompletions
        Close-QwenStore $other
        $s = New-QwenStore $path
        $c = New-QwenConversation trip -Store $s -Api ChatCompletions
        $null = Send-QwenMessage $c one
        Wait-Until { (Get-Item "$s-wal").Length -eq 0 } -Seconds 10
        Copy-Item $path "$path.backup"
        $null = Send-QwenMessage $c two
        & $do
        $before = if (Test-Path $path) { (Get-FileHash $path).Hash }
        $reply = Send-QwenMessage $c three -Stream:$streamed -WarningVariable warned -WarningAction SilentlyContinue
        @($reply).Count | Should -BeGreaterThan 0
        $warned | Should -BeLike '*1 turn of trip is not in the store*while it was open*Set-QwenConversation -Store*'
        "$warned" -match 'file that is now at this path' | Should -Be ($null -ne $after)
        $c.Turns.Message | Should -Be one, two, three
        $failure = { Get-QwenConversation -Store $s } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'QwenStoreUnavailable,*'
        Close-QwenStore $s
        $(if (Test-Path $path) { (Get-FileHash $path).Hash }) | Should -Be $before
        $again = New-QwenStore $path
        @(Get-QwenConversation -Store $again | ForEach-Object { "$($_.Name):$($_.Turns.Message -join ',')" }) | Should -Be @($after | Where-Object { $_ })
        Set-QwenConversation $c -Store $again
        (Get-QwenConversation $c.Id -Store $again).Turns.Message | Should -Contain three
        Close-QwenStore $again
    }
}
