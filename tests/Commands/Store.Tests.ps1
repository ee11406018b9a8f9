# Conversations in a durable store: opened, kept, listed, resumed, searched and removed by the commands.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $emulator = Connect-TestEmulator -Emulator @{
        Reply = {
            param($Request)
            $users = @($Request.Messages | Where-Object Role -EQ 'user')
            "$($users.Count): $($users[-1].Text)"
        }
    }
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'A conversation from a store' {
    It 'is whole without its store: <how>' -ForEach @(
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

    It 'is an error of the command when the store cannot be read' {
        $s = New-QwenStore "$TestDrive/$([guid]::NewGuid()).db"
        $null = Send-QwenMessage hi -Name one -Store $s
        $s.Dispose()
        foreach ($get in { Get-QwenConversation -Store $s }, { Get-QwenConversation -Store $s -Summary }, { Get-QwenConversation -Store $s -Name one },
            { Get-QwenConversation x -Store $s -ErrorAction Stop }, { Search-QwenConversation $s hi -Mode Words -ErrorAction Stop }) {
            $failure = $get | Should -Throw -PassThru
            $failure.FullyQualifiedErrorId | Should -BeLike 'QwenStoreUnavailable,*'
        }
    }

    It 'is loaded when it is written, not before' {
        $s = New-QwenStore "$TestDrive/$([guid]::NewGuid()).db"
        1..3 | ForEach-Object { $null = Send-QwenMessage hi -Name "n$_" -Store $s -Api ChatCompletions }
        $seen = Get-QwenConversation -Store $s |
            ForEach-Object { $_.Name; if ($_.Name -eq 'n3') { Get-QwenConversation -Store $s -Name n1 | Remove-QwenConversation -Confirm:$false } }
        $seen | Should -Be n3, n2
    }

    It 'is summarised with id, name, count and dates' {
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

    It 'that is damaged is one error record, and the others are written' {
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
    It 'makes a file, by a path of the provider' {
        Push-Location $TestDrive
        try {
            $s = New-QwenStore -LiteralPath 'new [1].db'
            $s.Provider | Should -Be 'SQLite'
            $s.Location | Should -Be (Join-Path $TestDrive 'new [1].db')
            Test-Path -LiteralPath (Join-Path $TestDrive 'new [1].db') | Should -BeTrue
            $s.Dispose()
            (New-QwenStore 'TestDrive:/new [1].db').Location | Should -Be $s.Location
            (Get-Item -LiteralPath 'new [1].db' | New-QwenStore).Location | Should -Be $s.Location
        }
        finally { Pop-Location }
    }

    It 'refuses <Path>' -ForEach @(
        @{ Path = 'TestDrive:/'; Id = 'QwenStoreUnavailable'; Why = '*is a folder*' }
        @{ Path = 'TestDrive:/no/chats.db'; Id = 'QwenStoreUnavailable'; Why = '*does not exist*' }
        @{ Path = 'TestDrive:/notes.txt'; Id = 'QwenStoreIncompatible'; Why = '*is not a database*' }
        @{ Path = 'TestDrive:/no*.db'; Id = 'QwenStoreUnavailable'; Why = '*No file fits*' }
        @{ Path = 'Env:/chats.db'; Id = 'QwenStoreUnavailable'; Why = '*holds no files*' }
        @{ Path = 'NoSuchDrive:/chats.db'; Id = 'QwenStoreUnavailable'; Why = '*NoSuchDrive*' }
    ) {
        Set-Content TestDrive:/notes.txt ('x' * 5000)
        $failure = { New-QwenStore $Path } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        $failure.Exception.Message | Should -BeLike $Why
        (Get-Content TestDrive:/notes.txt -Raw).Trim() | Should -BeExactly ('x' * 5000)
    }

    It 'refuses a connection string that says nothing, without repeating it' {
        $failure = { New-QwenStore -ConnectionString 'Password=s3cret;Nonsense' } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'QwenStoreUnavailable,*'
        "$failure $($failure.Exception) $($failure.TargetObject)" | Should -Not -BeLike '*s3cret*'
    }

    It 'says that a server cannot be reached, without the password' {
        $failure = { New-QwenStore -ConnectionString 'Host=127.0.0.1;Port=1;Username=me;Password=s3cret' } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'QwenStoreUnavailable,*'
        $failure.Exception.Message | Should -BeLike '*me@127.0.0.1:1/me cannot be reached*'
        "$failure $($failure.Exception)" | Should -Not -BeLike '*s3cret*'
    }
}

Describe 'A conversation with -Store' {
    It 'goes on in another session, over every API' {
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

Describe 'A conversation with -Store over <_>' -ForEach 'Responses', 'ChatCompletions', 'Conversations', 'DashScope' {
    BeforeEach {
        $file = Join-Path $TestDrive "$([guid]::NewGuid()).db"
        $s = New-QwenStore $file
    }
    AfterEach { $s.Dispose() }

    It 'begins with Send-QwenMessage, which keeps what it streams' {
        $null = 'One' | Send-QwenMessage -Api $_ -Store $s -Name trip -Stream
        (Get-QwenConversation -Store $s).Turns.Text | Should -Be '1: One'
    }

    It 'keeps a turn that Select-Object or break stops' {
        $c = New-QwenConversation -Api $_ -Store $s
        $emulator.AddFault([QwenChat.QwenEmulatorFault]@{ EndlessEvents = $true
        Path = if ($_ -eq 'ChatCompletions') { '/chat' } elseif ($_ -eq 'DashScope') { '/generation' } else { '/responses' } })
        $null = Send-QwenMessage $c 'One' -Stream | Where-Object Text | Select-Object -First 1
        $turn = (Get-QwenConversation -Store $s).Turns
        $turn.State | Should -Be 'Interrupted'
        $turn.Message | Should -Be 'One'
    }

    It 'keeps a turn that Ctrl+C stops' {
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

    It 'follows an undo, a branch, and items added and removed' {
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

Describe 'Get-QwenConversation -Store' {
    BeforeAll {
        $s = New-QwenStore (Join-Path $TestDrive list.db)
        foreach ($name in 'trip', 'Trip to Rome', 'work') { $null = Send-QwenMessage "About $name" -Name $name -Store $s -Api ChatCompletions }
        $null = Send-QwenMessage 'Nameless' -Store $s -Api ChatCompletions
    }

    It 'lists all, the one used last first, and asks nobody else' {
        $before = $emulator.Requests.Count
        $all = Get-QwenConversation -Store $s
        $all.Name | Should -Be $null, 'work', 'Trip to Rome', 'trip'
        $all.TurnCount | Should -Be 1, 1, 1, 1
        ($all | Out-String) | Should -Match 'Trip to Rome'
        $emulator.Requests.Count | Should -Be $before
    }

    It 'finds names with wildcards, several, and in any case' {
        (Get-QwenConversation -Store $s -Name trip*).Name | Should -Be 'Trip to Rome', 'trip'
        (Get-QwenConversation -Store $s -Name WORK, trip).Name | Should -Be 'work', 'trip'
        Get-QwenConversation -Store $s -Name x* | Should -BeNullOrEmpty
    }

    It 'takes what is no pattern for a name' {
        $failure = { Get-QwenConversation -Store $s -Name '[' -ErrorAction Stop } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'QwenNotFound,*'
        $null = New-QwenConversation -Api ChatCompletions -Store $s -Name '[odd' | Send-QwenMessage hi
        (Get-QwenConversation -Store $s -Name '[odd').Name | Should -Be '[odd'
        Get-QwenConversation -Store $s -Name '[odd' | Remove-QwenConversation -Confirm:$false
    }

    It 'says which name is not there' {
        $found = Get-QwenConversation -Store $s -Name work, nope -ErrorVariable failure -ErrorAction SilentlyContinue
        $found.Name | Should -Be 'work'
        $failure.FullyQualifiedErrorId | Should -BeLike 'QwenNotFound,*'
    }

    It 'finds by id' {
        $id = (Get-QwenConversation -Store $s -Name trip).Id
        (Get-QwenConversation -Store $s -Id $id).Name | Should -Be 'trip'
        { Get-QwenConversation -Store $s -Id nope -ErrorAction Stop } | Should -Throw -ErrorId 'QwenNotFound,*'
    }

    It 'completes names, quoted where they need it, and asks no service' {
        # Completion sees the session's variables alone.
        Set-Variable StoreToComplete $s -Scope Global
        $before = $emulator.Requests.Count
        try {
            $line = 'Get-QwenConversation -Store $StoreToComplete -Name tr'
            (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be 'trip', "'Trip to Rome'"
        }
        finally { Remove-Variable StoreToComplete -Scope Global }
        $emulator.Requests.Count | Should -Be $before
    }
}

Describe 'Set-QwenConversation' {
    BeforeEach { $s = New-QwenStore (Join-Path $TestDrive "$([guid]::NewGuid()).db") }

    It 'keeps an existing conversation in a store, whole, and takes it out again' {
        $c = New-QwenConversation trip -Api ChatCompletions
        $null = 'One', 'Two' | Send-QwenMessage -Conversation $c
        Set-QwenConversation $c -Store $s
        (Get-QwenConversation -Store $s).Turns.Message | Should -Be 'One', 'Two'
        Set-QwenConversation $c -Store $null
        $c.Store | Should -BeNullOrEmpty
        $null = Send-QwenMessage $c 'Three'
        (Get-QwenConversation -Store $s).TurnCount | Should -Be 2
    }

    It 'changes what is stored: name, model, instructions, metadata, options, limits' {
        $c = New-QwenConversation trip -Api ChatCompletions -Store $s
        Set-QwenConversation $c -Name journey -Model qwen-plus -Instructions 'Be kind.' -Metadata @{ a = 'b' } -Temperature 0.25 -TokenLimit 1000
        $r = Get-QwenConversation -Store $s
        $r.Name, $r.Model, $r.Instructions, $r.Metadata.a, $r.TokenLimit | Should -Be 'journey', 'qwen-plus', 'Be kind.', 'b', 1000
        $plan = Send-QwenMessage $r 'x' -DryRun
        ($plan.Body | ConvertFrom-Json).temperature | Should -Be 0.25
    }
}

Describe 'A store that fails' {
    It 'is refused before anything is sent where a conversation begins' {
        $s = New-QwenStore (Join-Path $TestDrive closed.db)
        $s.Dispose()
        $before = $emulator.Requests.Count
        { New-QwenConversation -Store $s } | Should -Throw -ErrorId 'QwenStoreUnavailable,*'
        { Send-QwenMessage 'x' -Store $s } | Should -Throw -ErrorId 'QwenStoreUnavailable,*'
        { Get-QwenConversation -Store $s } | Should -Throw -ErrorId 'QwenStoreUnavailable,*'
        $emulator.Requests.Count | Should -Be $before
    }

    It 'costs no reply: a warning, and the turns go into the next store' {
        $file = Join-Path $TestDrive again.db
        $s = New-QwenStore $file
        $c = New-QwenConversation trip -Api ChatCompletions -Store $s
        $null = Send-QwenMessage $c 'One'
        $s.Dispose()
        $reply = Send-QwenMessage $c 'Two' -WarningVariable warned -WarningAction SilentlyContinue
        $reply.Text | Should -Be '2: Two'
        $warned | Should -BeLike '1 turn(s) of trip are not in the store yet*'
        Set-QwenConversation $c -Store (New-QwenStore $file)
        (Get-QwenConversation -Store $c.Store).Turns.Message | Should -Be 'One', 'Two'
    }

    It 'does not belong on a conversation that has begun' {
        $c = New-QwenConversation -Api ChatCompletions
        { Send-QwenMessage $c 'x' -Store (New-QwenStore (Join-Path $TestDrive begun.db)) } | Should -Throw '*-Store belongs where a conversation begins*'
    }

    It 'is not written by -DryRun and -WhatIf' {
        $s = New-QwenStore (Join-Path $TestDrive dry.db)
        $null = Send-QwenMessage 'x' -Store $s -Api ChatCompletions -DryRun
        Send-QwenMessage 'x' -Store $s -Api ChatCompletions -WhatIf
        Get-QwenConversation -Store $s | Should -BeNullOrEmpty
    }
}

Describe 'Search-QwenConversation' {
    BeforeAll {
        $s = New-QwenStore (Join-Path $TestDrive search.db)
        $tea = New-QwenConversation tea -Api ChatCompletions -Store $s
        $null = 'Which green tea is sweet?', 'And black tea?' | Send-QwenMessage -Conversation $tea
        $null = Send-QwenMessage 'Where are quiet temples in Kyoto?' -Name trip -Api ChatCompletions -Store $s
    }

    It 'finds by words' {
        $hits = Search-QwenConversation $s 'tea' -Mode Words
        $hits.ConversationId | Should -Be $tea.Id, $tea.Id
        $hits.Turn | Sort-Object | Should -Be 1, 2
        (Search-QwenConversation $s 'quiet kyoto' -Mode Words).Text | Should -BeLike 'Where are quiet temples*'
        Search-QwenConversation $s 'osaka' -Mode Words | Should -BeNullOrEmpty
    }

    It 'finds by meaning, and embeds each turn once' {
        $null = Search-QwenConversation $s 'tea'
        $before = $emulator.Requests.Count
        $hits = Search-QwenConversation $s 'quiet temples in Kyoto' -Top 2
        $hits.Count | Should -Be 2
        $hits[0].Text | Should -BeLike '*Kyoto*'
        $hits[0].Score | Should -BeGreaterThan $hits[1].Score
        $emulator.Requests.Count - $before | Should -Be 1 -Because 'only the query is embedded'
    }

    It 'searches one conversation' {
        (Search-QwenConversation -Conversation $tea -Query 'kyoto' -Mode Words) | Should -BeNullOrEmpty
        ($tea | Search-QwenConversation 'black' -Mode Words).Turn | Should -Be 2
        (Search-QwenConversation -Store $s -Conversation $tea -Query 'black' -Mode Words).Turn | Should -Be 2
    }

    It 'gives hits that can be piped to Get-QwenConversation' {
        (Search-QwenConversation $s 'kyoto' -Mode Words | Get-QwenConversation).Name | Should -Be 'trip'
        (Search-QwenConversation $s 'kyoto' -Mode Words | Get-QwenConversation).Store | Should -Be $s
    }

    It 'is shown as a table' {
        Search-QwenConversation $s 'kyoto' -Mode Words | Out-String | Should -Match 'Score\s+Turn\s+Conversation\s+Text'
    }

    It 'refuses what cannot be searched' {
        { Search-QwenConversation $s '?!' -Mode Words -ErrorAction Stop } | Should -Throw -ErrorId 'QwenInvalidRequest,*'
        { Search-QwenConversation -Conversation (New-QwenConversation) -Query x -ErrorAction Stop } | Should -Throw '*is in no store*'
        { Search-QwenConversation -Store (New-QwenStore (Join-Path $TestDrive other.db)) -Conversation $tea -Query x -ErrorAction Stop } |
            Should -Throw '*is not in the store*'
    }
}

Describe 'Remove-QwenConversation' {
    BeforeEach {
        $s = New-QwenStore (Join-Path $TestDrive "$([guid]::NewGuid()).db")
        $null = Send-QwenMessage 'One' -Name trip -Api Responses -Store $s
        $null = Send-QwenMessage 'One' -Name work -Api Responses -Store $s
    }

    It 'removes at the service and from the store' {
        $c = Get-QwenConversation -Store $s -Name trip
        $id = $c.LastResponseId
        $c | Remove-QwenConversation
        (Get-QwenConversation -Store $s).Name | Should -Be 'work'
        { Get-QwenResponse $id -ErrorAction Stop } | Should -Throw -ErrorId 'QwenNotFound,*'
        $c.Store | Should -BeNullOrEmpty
    }

    It 'keeps in the store with -KeepInStore, and at the service with -KeepAtService' {
        $trip, $work = (Get-QwenConversation -Store $s -Name trip), (Get-QwenConversation -Store $s -Name work)
        Remove-QwenConversation $trip -KeepInStore
        Remove-QwenConversation $work -KeepAtService
        (Get-QwenConversation -Store $s).Name | Should -Be 'trip'
        { Get-QwenResponse $trip.LastResponseId -ErrorAction Stop } | Should -Throw -ErrorId 'QwenNotFound,*'
        (Get-QwenResponse $work.LastResponseId).Id | Should -Be $work.LastResponseId
    }

    It 'does nothing with -WhatIf' {
        Get-QwenConversation -Store $s | Remove-QwenConversation -WhatIf
        @(Get-QwenConversation -Store $s).Count | Should -Be 2
    }
}

Describe 'A store that several processes use' {
    It 'keeps what each of them says, in order' {
        $file = Join-Path $TestDrive shared.db
        $s = New-QwenStore $file
        $key = [Net.NetworkCredential]::new('', $emulator.ApiKey).Password
        $uri = $emulator.BaseUri
        $manifest = Join-Path $ModulePath QwenChat.psd1
        $jobs = 1..2 | ForEach-Object {
            $name = "by $_"
            Start-Job {
                Import-Module $using:manifest
                Set-QwenConnection -BaseUri $using:uri -ApiKey $using:key
                $null = 1..20 | Send-QwenMessage -Conversation (
                    New-QwenConversation $using:name -Api ChatCompletions -Store (New-QwenStore $using:file)) -WarningAction Stop
            }
        }
        $jobs | Receive-Job -Wait -AutoRemoveJob -ErrorAction Stop
        foreach ($name in 'by 1', 'by 2') {
            (Get-QwenConversation -Store $s -Name $name).Turns.Text | Should -Be (1..20 | ForEach-Object { "${_}: $_" })
        }
    }
}

Describe 'A store that may not be written' {
    BeforeDiscovery {
        # For root nothing is read-only: the commands are run as somebody who may read the module and no more.
        $isRoot = -not $IsWindows -and [Environment]::UserName -eq 'root'
        $cannot = $IsWindows -or ($isRoot -and -not (Get-Command setpriv -CommandType Application -ErrorAction Ignore))
    }

    It 'is refused with what to do' -Skip:$cannot -Tag 'needs a user for whom a file can be read-only, or setpriv: not on Windows' {
        $folder = Join-Path ([IO.Path]::GetTempPath()) "qwenchat-$([guid]::NewGuid())"
        $null = New-Item $folder -ItemType Directory
        Copy-Item $ModulePath (Join-Path $folder QwenChat) -Recurse
        (New-QwenStore (Join-Path $folder chats.db)).Dispose()
        Set-Content (Join-Path $folder try.ps1) {
            Import-Module (Join-Path $PSScriptRoot QwenChat/QwenChat.psd1)
            foreach ($name in 'chats.db', 'new.db') {
                try { $null = New-QwenStore (Join-Path $PSScriptRoot $name) } catch { "$($_.FullyQualifiedErrorId) $($_.Exception.Message)" }
            }
        }
        chmod -R a+rX,a-w $folder
        try {
            # As a .NET tool PowerShell is a DLL that dotnet runs; there is no pwsh to start then.
            $start = @([Environment]::ProcessPath)
            if ((Split-Path $start[0] -LeafBase) -eq 'dotnet') { $start += Join-Path $PSHOME pwsh.dll }
            if ([Environment]::UserName -eq 'root') {
                $start = @('setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', 'env', 'HOME=/nonexistent') + $start
            }
            # As an array: a single string would be splatted by its characters.
            $program, [string[]] $arguments = $start
            $said = @(& $program @arguments -NoProfile -NonInteractive -File (Join-Path $folder try.ps1) 2>&1 | ForEach-Object ToString)
            if (-not ($said -match '^Qwen')) { Set-ItResult -Skipped -Because "PowerShell is there for root alone: $said" }
            $said[0] | Should -BeLike 'QwenStoreUnavailable,*chats.db is read-only*Allow*another path*'
            $said[1] | Should -BeLike 'QwenStoreUnavailable,*new.db cannot be opened or made*may write*'
        }
        finally {
            chmod -R u+w $folder
            Remove-Item $folder -Recurse -Force
        }
    }
}

Describe 'A store in PostgreSQL' -Tag 'needs PostgreSQL: QWENCHAT_TEST_POSTGRES, and QWENCHAT_TEST_PGVECTOR for searches by meaning' -ForEach @(
    @{ Server = $env:QWENCHAT_TEST_POSTGRES; Meaning = $false }
    @{ Server = $env:QWENCHAT_TEST_PGVECTOR; Meaning = $true }
) {
    BeforeAll {
        if (-not $Server) { return }
        # By the driver that the module itself has loaded.
        function Invoke-TestSql([string] $Sql) {
            $npgsql = [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -eq 'Npgsql' } | Select-Object -First 1
            $connection = [Activator]::CreateInstance($npgsql.GetType('Npgsql.NpgsqlConnection'), $Server)
            try {
                $connection.Open()
                $command = $connection.CreateCommand()
                $command.CommandText = $Sql
                $null = $command.ExecuteNonQuery()
            }
            finally { $connection.Dispose() }
        }

        $schema = 'test_' + [guid]::NewGuid().ToString('N')
        # Loads the driver.
        { New-QwenStore -ConnectionString 'Host=127.0.0.1;Port=1;Username=me' } | Should -Throw
        Invoke-TestSql "CREATE SCHEMA $schema"
        $address = "$Server;Search Path=`"$schema,public`""
        $s = New-QwenStore -ConnectionString $address
    }
    AfterAll {
        if (-not $Server) { return }
        $s.Dispose()
        Invoke-TestSql "DROP SCHEMA $schema CASCADE"
    }

    It 'shows where it is' -Skip:(-not $Server) {
        $s.Provider | Should -Be 'PostgreSQL'
        $s.Location | Should -Match '^\w+@[\w.]+:\d+/\w+$'
    }

    It 'keeps a conversation, which goes on in another session' -Skip:(-not $Server) {
        $c = New-QwenConversation trip -Api ChatCompletions -Store $s -Instructions 'Be brief.' -Metadata @{ topic = 'food' }
        $null = 'One', 'Two' | Send-QwenMessage -Conversation $c
        $said = Invoke-FreshShell -Argument $address, $emulator.BaseUri, ([Net.NetworkCredential]::new('', $emulator.ApiKey).Password) {
            param($address, $uri, $key)
            Import-Module QwenChat
            Set-QwenConnection -BaseUri $uri -ApiKey $key
            $c = Get-QwenConversation -Store (New-QwenStore -ConnectionString $address) -Name trip
            "$($c.Instructions) $($c.Metadata.topic) $($c.TurnCount)"
            (Send-QwenMessage $c 'Three').Text
        }
        $said | Should -Be 'Be brief. food 2', '3: Three'
        (Get-QwenConversation -Store $s -Name trip).Turns.Message | Should -Be 'One', 'Two', 'Three'
    }

    It 'follows an undo and a branch, and is searched' -Skip:(-not $Server) {
        $c = New-QwenConversation tea -Api ChatCompletions -Store $s
        $null = 'Which green tea is sweet?', 'Where are quiet temples in Kyoto?' | Send-QwenMessage -Conversation $c
        $branch = Copy-QwenConversation $c
        Undo-QwenTurn $c
        (Get-QwenConversation -Store $s -Name tea).TurnCount | Should -Be 1
        (Get-QwenConversation -Store $s -Id $branch.Id).Name | Should -BeNullOrEmpty
        (Search-QwenConversation $s 'quiet kyoto' -Mode Words | Get-QwenConversation).Id | Should -Be $branch.Id
    }

    It 'is searched by meaning' -Skip:(-not $Server -or -not $Meaning) {
        $hits = Search-QwenConversation $s 'quiet temples in Kyoto' -Top 2
        $hits[0].Text | Should -BeLike '*Kyoto*'
        (Get-QwenConversation -Store $s -Id $hits[0].ConversationId).TurnCount | Should -Be 2
    }

    It 'removes a conversation' -Skip:(-not $Server) {
        Get-QwenConversation -Store $s | Remove-QwenConversation
        Get-QwenConversation -Store $s | Should -BeNullOrEmpty
    }
}

Describe 'The storage assembly' {
    It 'is loaded by the first store alone, into a context of its own' {
        $said = Invoke-FreshShell -Argument (Join-Path $TestDrive own.db) {
            param($file)
            function Loaded {
                ([AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -match '^QwenChat\.|Sqlite|SQLitePCL|Npgsql' } |
                    ForEach-Object { [Runtime.Loader.AssemblyLoadContext]::GetLoadContext($_).Name } | Sort-Object -Unique) -join ','
            }
            Import-Module QwenChat
            $null = Start-QwenEmulator | Set-QwenConnection
            $null = Send-QwenMessage 'Hello'
            "before: $(Loaded)"
            $null = New-QwenStore $file
            "after: $(Loaded)"
        }
        $said | Should -Be 'before: ', 'after: QwenChat.Storage'
    }

    It 'and other versions of its packages, loaded by the user, do each other no harm' {
        $other = Join-Path $TestDrive other
        $log = dotnet build (Join-Path $PSScriptRoot OtherPackages) --nologo --verbosity quiet --output $other
        $LASTEXITCODE | Should -Be 0 -Because ($log -join "`n")
        foreach ($first in 'theirs', 'ours') {
            $said = Invoke-FreshShell -Argument $other, (Join-Path $TestDrive "$first-chats.db"), (Join-Path $TestDrive "$first-mine.db"), $first {
                param($other, $chats, $mine, $first)
                Import-Module QwenChat
                Start-QwenEmulator | Set-QwenConnection
                function Theirs {
                    'Npgsql.dll', 'SQLitePCLRaw.core.dll', 'SQLitePCLRaw.provider.e_sqlite3.dll', 'SQLitePCLRaw.batteries_v2.dll', 'Microsoft.Data.Sqlite.dll' |
                        ForEach-Object { $null = [Reflection.Assembly]::LoadFrom((Join-Path $other $_)) }
                    $native = Get-ChildItem (Join-Path $other "runtimes/$([Runtime.InteropServices.RuntimeInformation]::RuntimeIdentifier)/native") -File |
                        Select-Object -First 1
                    $null = [Runtime.InteropServices.NativeLibrary]::Load($native.FullName)
                    [SQLitePCL.Batteries_V2]::Init()
                    $db = [Microsoft.Data.Sqlite.SqliteConnection]::new("Data Source=$mine;Pooling=False")
                    $db.Open()
                    $command = $db.CreateCommand()
                    $command.CommandText = 'CREATE TABLE IF NOT EXISTS t (x); INSERT INTO t VALUES (1); SELECT COUNT(*) FROM t'
                    if ($server = $env:QWENCHAT_TEST_POSTGRES ?? $env:QWENCHAT_TEST_PGVECTOR) {
                        $pg = [Npgsql.NpgsqlConnection]::new($server)
                        $pg.Open()
                        $pg.Dispose()
                    }
                    "theirs: $($command.ExecuteScalar()) row, Npgsql $([Npgsql.NpgsqlConnection].Assembly.GetName().Version.Major), Sqlite $($db.GetType().Assembly.GetName().Version.Major)"
                    $db.Dispose()
                }
                function Ours {
                    $s = New-QwenStore $chats
                    $null = Send-QwenMessage 'Hello' -Name a -Store $s
                    "ours: $((Get-QwenConversation -Store $s).Turns.Count) turn"
                    try { New-QwenStore -ConnectionString 'Host=127.0.0.1;Port=1;Username=me' } catch { "ours: $($_.FullyQualifiedErrorId)" }
                }
                if ($first -eq 'theirs') { Theirs; Ours } else { Ours; Theirs }
            }
            $said | Sort-Object | Should -Be 'ours: 1 turn', 'ours: QwenStoreUnavailable,QwenChat.Commands.NewQwenStoreCommand',
                'theirs: 1 row, Npgsql 8, Sqlite 8'
        }
    }

    It 'that is not there is said to be missing' {
        $copy = Join-Path $TestDrive without
        Copy-Item $ModulePath $copy -Recurse
        Remove-Item (Join-Path $copy Storage) -Recurse
        $said = Invoke-FreshShell -Argument $copy {
            param($copy)
            Import-Module (Join-Path $copy QwenChat.psd1)
            try { New-QwenStore ./x.db } catch { "$($_.FullyQualifiedErrorId) $($_.Exception.Message)" }
        }
        $said -join ' ' | Should -BeLike 'QwenStoreUnavailable,* SQLite could not be loaded*install the module again*'
    }
}
