# Conversations in a store: opening the store, and saving, listing, resuming, searching and removing conversations.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $emulator = Connect-CountingEmulator
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'A conversation from a store' {
    It 'is complete even if its store is closed later: <how>' -ForEach @(
        @{ how = 'by name'; get = { Get-QwenConversation -Store $s -Name five } }
        @{ how = 'by id'; get = { Get-QwenConversation $c.Id -Store $s } }
        @{ how = 'from the list'; get = { @(Get-QwenConversation -Store $s)[0] } }
        @{ how = 'from a summary'; get = { Get-QwenConversation -Store $s -Summary | Get-QwenConversation } }
        @{ how = 'from a hit'; get = { Search-QwenConversation $s 'turn 3' -Mode Words | Get-QwenConversation } }
    ) {
        $s = New-QwenStore "$TestDrive/$([guid]::NewGuid()).db"
        $c = New-QwenConversation five -Store $s -Api ChatCompletions
        1..5 | ForEach-Object { $null = Send-QwenMessage $c "turn $_" }
        $k = & $get
        $s.Dispose()
        $Error.Clear()
        $k.Turns.Count | Should -Be 5
        @($k.Turns.Message) | Should -Be (1..5 | ForEach-Object { "turn $_" })
        $k.Usage.TotalTokens | Should -Be $c.Usage.TotalTokens
        ($k | ConvertTo-Json -Depth 3 -WarningAction SilentlyContinue | ConvertFrom-Json).Turns.Count | Should -Be 5
        Export-QwenConversation $k "$TestDrive/five.md" -Force
        Get-Content "$TestDrive/five.md" -Raw | Should -BeLike '*turn 5*'
        (Measure-QwenConversation $k).Turns | Should -Be 5
        ($k | Format-List * | Out-String) | Should -BeLike '*1: turn 1, 2: turn 2*'
        $Error.Count | Should -Be 0
    }

    It 'causes an error if the store cannot be read' {
        $s = New-QwenStore "$TestDrive/$([guid]::NewGuid()).db"
        $null = Send-QwenMessage hi -Name one -Store $s
        $s.Dispose()
        foreach ($get in { Get-QwenConversation -Store $s }, { Get-QwenConversation -Store $s -Summary }, { Get-QwenConversation -Store $s -Name one },
            { Get-QwenConversation x -Store $s -ErrorAction Stop }, { Search-QwenConversation $s hi -Mode Words -ErrorAction Stop }) {
            $failure = $get | Should -Throw -PassThru
            $failure.FullyQualifiedErrorId | Should -BeLike 'QwenStoreUnavailable,*'
        }
    }

    It 'is not loaded before it is written to the pipeline' {
        $s = New-QwenStore "$TestDrive/$([guid]::NewGuid()).db"
        1..3 | ForEach-Object { $null = Send-QwenMessage hi -Name "n$_" -Store $s -Api ChatCompletions }
        $seen = Get-QwenConversation -Store $s |
            ForEach-Object { $_.Name; if ($_.Name -eq 'n3') { Get-QwenConversation -Store $s -Name n1 | Remove-QwenConversation -Confirm:$false } }
        $seen | Should -Be n3, n2
    }

    It 'can be listed as a summary with its id, name, number of turns and dates' {
        $s = New-QwenStore "$TestDrive/$([guid]::NewGuid()).db"
        $c = New-QwenConversation sum -Store $s -Api ChatCompletions
        1..2 | ForEach-Object { $null = Send-QwenMessage $c "turn $_" }
        $one = Get-QwenConversation -Store $s -Summary
        $one | Should -BeOfType QwenChat.QwenConversationSummary
        $one.Id, $one.Name, $one.TurnCount | Should -Be $c.Id, 'sum', 2
        $one.CreatedAt.ToUnixTimeSeconds() | Should -Be $c.CreatedAt.ToUnixTimeSeconds()
        $one.UpdatedAt | Should -BeGreaterOrEqual $one.CreatedAt
        $one.Store | Should -Be $s
        Get-QwenConversation -Store $s -Summary -Name other* | Should -BeNullOrEmpty
        { Get-QwenConversation -Store $s -Summary -Name other -ErrorAction Stop } | Should -Throw
    }

    It 'causes one error record if it is damaged, and the other conversations are written' {
        $s = New-QwenStore "$TestDrive/$([guid]::NewGuid()).db"
        'a', 'bad', 'c' | ForEach-Object { $null = Send-QwenMessage "tea $_" -Name $_ -Store $s -Api ChatCompletions }
        $s.Dispose()
        $bytes = [IO.File]::ReadAllBytes($s.Location)
        $text = [Text.Encoding]::Latin1.GetString($bytes)
        $at = [regex]::Matches($text, 'badChatCompletions')
        $at.Count | Should -BeGreaterThan 0
        foreach ($hit in $at) { $bytes[$hit.Index + 3] = [byte][char]'X' }
        [IO.File]::WriteAllBytes($s.Location, $bytes)
        $s = New-QwenStore $s.Location
        $found = Get-QwenConversation -Store $s -ErrorVariable failed -ErrorAction SilentlyContinue
        $found.Name | Should -Be c, a
        $failed.Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'QwenStoreIncompatible,*'
        $failed[0].Exception.Message | Should -BeLike '*XhatCompletions*'
        @(Get-QwenConversation -Store $s -Summary).Count | Should -Be 3
        @(Search-QwenConversation $s tea -Mode Words).Count | Should -Be 3
    }
}

Describe 'New-QwenStore' {
    It 'creates a file at a provider path' {
        Push-Location $TestDrive
        try {
            $s = New-QwenStore -LiteralPath 'new [1].db'
            $s.Provider | Should -Be 'SQLite'
            $s.Location | Should -Be (Join-Path $TestDrive 'new [1].db')
            Test-Path -LiteralPath (Join-Path $TestDrive 'new [1].db') | Should -BeTrue
            $s.Dispose()
            (New-QwenStore 'TestDrive:/new [1].db').Location | Should -Be $s.Location
            (Get-Item -LiteralPath 'new [1].db' | New-QwenStore).Location | Should -Be $s.Location
            (New-QwenConversation -Store ([IO.FileInfo] (Join-Path $TestDrive 'other [1].db'))).Store.Location | Should -BeLike '*other `[1`].db'
            { New-QwenConversation -Store 'none [1].db' } | Should -Throw 'No file matches*New-QwenStore -LiteralPath.'
        }
        finally { Pop-Location }
    }

    It 'rejects <Path>' -ForEach @(
        @{ Path = 'TestDrive:/'; Id = 'QwenStoreUnavailable'; Why = '*is a folder*' }
        @{ Path = 'TestDrive:/no/chats.db'; Id = 'QwenStoreUnavailable'; Why = '*does not exist*' }
        @{ Path = 'TestDrive:/notes.txt'; Id = 'QwenStoreIncompatible'; Why = '*is not a database*' }
        @{ Path = 'TestDrive:/no*.db'; Id = 'QwenStoreUnavailable'; Why = '*No file matches*' }
        @{ Path = 'Env:/chats.db'; Id = 'QwenStoreUnavailable'; Why = '*does not support files*' }
        @{ Path = 'NoSuchDrive:/chats.db'; Id = 'QwenStoreUnavailable'; Why = '*NoSuchDrive*' }
    ) {
        Set-Content TestDrive:/notes.txt ('x' * 5000)
        $failure = { New-QwenStore $Path } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        $failure.Exception.Message | Should -BeLike $Why
        (Get-Content TestDrive:/notes.txt -Raw).Trim() | Should -BeExactly ('x' * 5000)
    }

    It 'rejects an invalid connection string, without repeating it' {
        $failure = { New-QwenStore -ConnectionString 'Password=s3cret;Nonsense' } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'QwenStoreUnavailable,*'
        "$failure $($failure.Exception) $($failure.TargetObject)" | Should -Not -BeLike '*s3cret*'
    }

    It 'reports that a server cannot be reached, without the password' {
        $failure = { New-QwenStore -ConnectionString 'Host=127.0.0.1;Port=1;Username=me;Password=s3cret' } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'QwenStoreUnavailable,*'
        $failure.Exception.Message | Should -BeLike '*me@127.0.0.1:1/me cannot be reached*'
        "$failure $($failure.Exception)" | Should -Not -BeLike '*s3cret*'
    }
}

Describe 'A conversation with -Store' {
    It 'can be continued in another session, with every API' {
        $apis = 'ChatCompletions', 'Conversations', 'DashScope', 'Responses'
        $folder = New-Item (Join-Path $TestDrive sessions) -ItemType Directory
        foreach ($api in $apis) {
            $s = New-QwenStore (Join-Path $folder "$api.db")
            $c = New-QwenConversation trip -Api $api -Store $s -Instructions 'Be brief.' -Temperature 0.5 -Metadata @{ topic = 'food' }
            $c.Store | Should -Be $s
            $null = 'One', 'Two' | Send-QwenMessage -Conversation $c
            $s.Dispose()
        }
        $sent = $emulator.Requests.Count
        $said = Invoke-FreshShell -Argument $folder, $emulator.BaseUri, ([Net.NetworkCredential]::new('', $emulator.ApiKey).Password) {
            param($folder, $uri, $key)
            Set-QwenConnection -BaseUri $uri -ApiKey $key
            foreach ($file in Get-ChildItem $folder -Filter *.db | Sort-Object Name) {
                $c = Get-QwenConversation -Store (New-QwenStore $file) -Name trip
                "$($c.Name) $($c.Api) $($c.Instructions) $($c.Metadata.topic) $($c.TurnCount)"
                (Send-QwenMessage $c 'Three').Text
                $c.Turns.Message -join ', '
            }
        }
        $said | Should -Be ($apis | ForEach-Object { "trip $_ Be brief. food 2", '3: Three', 'One, Two, Three' })
        $bodies = $emulator.Requests | Select-Object -Skip $sent | Where-Object Path -Match '/(responses|completions|generation)$' |
            ForEach-Object { $_.Body | ConvertFrom-Json -AsHashtable }
        $bodies | ForEach-Object { $_.temperature ?? $_.parameters.temperature } | Should -Be 0.5, 0.5, 0.5, 0.5
    }
}

Describe 'A stored conversation with <_>' -ForEach 'Responses', 'ChatCompletions', 'Conversations', 'DashScope' {
    BeforeEach {
        $file = Join-Path $TestDrive "$([guid]::NewGuid()).db"
        $s = New-QwenStore $file
    }
    AfterEach { $s.Dispose() }

    It 'can be created by Send-QwenMessage, which stores streamed turns' {
        $null = 'One' | Send-QwenMessage -Api $_ -Store $s -Name trip -Stream
        (Get-QwenConversation -Store $s).Turns.Text | Should -Be '1: One'
    }

    It 'keeps a turn that is stopped by Select-Object or break' {
        $c = New-QwenConversation -Api $_ -Store $s
        $emulator.AddFault([QwenChat.QwenEmulatorFault]@{ EndlessEvents = $true
        Path = if ($_ -eq 'ChatCompletions') { '/chat' } elseif ($_ -eq 'DashScope') { '/generation' } else { '/responses' } })
        $null = Send-QwenMessage $c 'One' -Stream | Where-Object Text | Select-Object -First 1
        $turn = (Get-QwenConversation -Store $s).Turns
        $turn.State | Should -Be 'Interrupted'
        $turn.Message | Should -Be 'One'
    }

    It 'keeps a turn that is stopped by Ctrl+C' {
        $c = New-QwenConversation -Api $_ -Store $s
        $emulator.AddFault([QwenChat.QwenEmulatorFault]@{ EndlessEvents = $true
        Path = if ($_ -eq 'ChatCompletions') { '/chat' } elseif ($_ -eq 'DashScope') { '/generation' } else { '/responses' } })
        $stopped = Invoke-AndStop -Variable @{ c = $c; path = $ModulePath } { Import-Module $path
        Send-QwenMessage $c 'One' -Stream } -Until { $_.Text -join '' }
        $stopped.Elapsed.TotalSeconds | Should -BeLessThan 10
        $turn = (Get-QwenConversation -Store $s).Turns
        $turn.State | Should -Be 'Interrupted'
        $turn.Message | Should -Be 'One'
    }

    It 'reflects an undo, a branch and an added item' {
        $c = New-QwenConversation trip -Api $_ -Store $s
        $null = 'One', 'Two' | Send-QwenMessage -Conversation $c
        Undo-QwenTurn $c
        (Get-QwenConversation -Store $s).Turns.Message | Should -Be 'One'
        $branch = Copy-QwenConversation $c
        $branch.Store | Should -Be $s
        $branch.Name | Should -BeNullOrEmpty
        $branch.Id | Should -Not -Be $c.Id
        @(Get-QwenConversation -Store $s).Count | Should -Be 2
        Add-QwenConversationItem $c 'Waiting'
        $last = Get-QwenConversation -Store $s -Name trip
        (Get-QwenConversationItem $last)[-1].Text | Should -Be 'Waiting'
        (Send-QwenMessage $last 'Go').Text | Should -Be '3: Go'
    }
}
