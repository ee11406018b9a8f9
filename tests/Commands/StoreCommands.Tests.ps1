# The commands that list, change, search and remove stored conversations.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $emulator = Connect-CountingEmulator
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'Get-QwenConversation -Store' {
    BeforeAll {
        $s = New-QwenStore (Join-Path $TestDrive list.db)
        foreach ($name in 'trip', 'Trip to Rome', 'work') { $null = Send-QwenMessage "About $name" -Name $name -Store $s -Api ChatCompletions }
        $null = Send-QwenMessage 'Nameless' -Store $s -Api ChatCompletions
    }

    It 'lists all conversations, most recently used first, without a request' {
        $before = $emulator.Requests.Count
        $all = Get-QwenConversation -Store $s
        $all.Name | Should -Be $null, 'work', 'Trip to Rome', 'trip'
        $all.TurnCount | Should -Be 1, 1, 1, 1
        ($all | Out-String) | Should -Match 'Trip to Rome'
        $emulator.Requests.Count | Should -Be $before
    }

    It 'finds names with wildcards, several names, and names in any case' {
        (Get-QwenConversation -Store $s -Name trip*).Name | Should -Be 'Trip to Rome', 'trip'
        (Get-QwenConversation -Store $s -Name WORK, trip).Name | Should -Be 'work', 'trip'
        Get-QwenConversation -Store $s -Name x* | Should -BeNullOrEmpty
    }

    It 'treats an invalid pattern as a name' {
        $failure = { Get-QwenConversation -Store $s -Name '[' -ErrorAction Stop } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'QwenNotFound,*'
        $null = New-QwenConversation -Api ChatCompletions -Store $s -Name '[odd' | Send-QwenMessage hi
        (Get-QwenConversation -Store $s -Name '[odd').Name | Should -Be '[odd'
        Get-QwenConversation -Store $s -Name '[odd' | Remove-QwenConversation -Confirm:$false
    }

    It 'reports a missing name' {
        $found = Get-QwenConversation -Store $s -Name work, nope -ErrorVariable failure -ErrorAction SilentlyContinue
        $found.Name | Should -Be 'work'
        $failure.FullyQualifiedErrorId | Should -BeLike 'QwenNotFound,*'
    }

    It 'finds a conversation by its id' {
        $id = (Get-QwenConversation -Store $s -Name trip).Id
        (Get-QwenConversation -Store $s -Id $id).Name | Should -Be 'trip'
        { Get-QwenConversation -Store $s -Id nope -ErrorAction Stop } | Should -Throw -ErrorId 'QwenNotFound,*'
    }

    It 'completes names, quoted if necessary, without a request' {
        # Completion can read only global variables.
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

    It 'stores an existing conversation completely, and later detaches it from the store' {
        $c = New-QwenConversation trip -Api ChatCompletions
        $null = 'One', 'Two' | Send-QwenMessage -Conversation $c
        Set-QwenConversation $c -Store $s
        (Get-QwenConversation -Store $s).Turns.Message | Should -Be 'One', 'Two'
        Set-QwenConversation $c -Store $null
        $c.Store | Should -BeNullOrEmpty
        $null = Send-QwenMessage $c 'Three'
        (Get-QwenConversation -Store $s).TurnCount | Should -Be 2
    }

    It 'changes stored settings: name, model, instructions, metadata, options, limits' {
        $c = New-QwenConversation trip -Api ChatCompletions -Store $s
        Set-QwenConversation $c -Name journey -Model qwen-plus -Instructions 'Be kind.' -Metadata @{ a = 'b' } -Temperature 0.25 -TokenLimit 1000
        $r = Get-QwenConversation -Store $s
        $r.Name, $r.Model, $r.Instructions, $r.Metadata.a, $r.TokenLimit | Should -Be 'journey', 'qwen-plus', 'Be kind.', 'b', 1000
        $plan = Send-QwenMessage $r 'x' -DryRun
        ($plan.Body | ConvertFrom-Json).temperature | Should -Be 0.25
    }
}

Describe 'Search-QwenConversation' {
    BeforeAll {
        $s = New-QwenStore (Join-Path $TestDrive search.db)
        $tea = New-QwenConversation tea -Api ChatCompletions -Store $s
        $null = 'Which green tea is sweet?', 'And black tea?' | Send-QwenMessage -Conversation $tea
        $null = Send-QwenMessage 'Where are quiet temples in Kyoto?' -Name trip -Api ChatCompletions -Store $s
    }

    It 'finds turns by keyword search' {
        $hits = Search-QwenConversation $s 'tea' -Mode Words
        $hits.ConversationId | Should -Be $tea.Id, $tea.Id
        $hits.Turn | Sort-Object | Should -Be 1, 2
        (Search-QwenConversation $s 'quiet kyoto' -Mode Words).Text | Should -BeLike 'Where are quiet temples*'
        Search-QwenConversation $s 'osaka' -Mode Words | Should -BeNullOrEmpty
    }

    It 'finds turns by semantic search, and embeds each turn once' {
        $null = Search-QwenConversation $s 'tea'
        $before = $emulator.Requests.Count
        $hits = Search-QwenConversation $s 'quiet temples in Kyoto' -Top 2
        $hits.Count | Should -Be 2
        $hits[0].Text | Should -BeLike '*Kyoto*'
        $hits[0].Score | Should -BeGreaterThan $hits[1].Score
        $emulator.Requests.Count - $before | Should -Be 1 -Because 'only the query must be embedded'
    }

    It 'can search a single conversation' {
        (Search-QwenConversation -Conversation $tea -Query 'kyoto' -Mode Words) | Should -BeNullOrEmpty
        ($tea | Search-QwenConversation 'black' -Mode Words).Turn | Should -Be 2
        (Search-QwenConversation -Store $s -Conversation $tea -Query 'black' -Mode Words).Turn | Should -Be 2
    }

    It 'writes hits that can be piped to Get-QwenConversation' {
        (Search-QwenConversation $s 'kyoto' -Mode Words | Get-QwenConversation).Name | Should -Be 'trip'
        (Search-QwenConversation $s 'kyoto' -Mode Words | Get-QwenConversation).Store | Should -Be $s
    }

    It 'writes hits that are displayed as a table' {
        Search-QwenConversation $s 'kyoto' -Mode Words | Out-String | Should -Match 'Score\s+Turn\s+Conversation\s+Text'
    }

    It 'rejects an invalid search' {
        { Search-QwenConversation $s '?!' -Mode Words -ErrorAction Stop } | Should -Throw -ErrorId 'QwenInvalidRequest,*'
        { Search-QwenConversation -Conversation (New-QwenConversation) -Query x -ErrorAction Stop } | Should -Throw '*is not in a store*'
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

    It 'removes the conversation from the service and the store' {
        $c = Get-QwenConversation -Store $s -Name trip
        $id = $c.LastResponseId
        $c | Remove-QwenConversation
        (Get-QwenConversation -Store $s).Name | Should -Be 'work'
        { Get-QwenResponse $id -ErrorAction Stop } | Should -Throw -ErrorId 'QwenNotFound,*'
        $c.Store | Should -BeNullOrEmpty
    }

    It 'keeps the conversation in the store with -KeepInStore, and on the service with -KeepAtService' {
        $trip, $work = (Get-QwenConversation -Store $s -Name trip), (Get-QwenConversation -Store $s -Name work)
        Remove-QwenConversation $trip -KeepInStore
        Remove-QwenConversation $work -KeepAtService
        (Get-QwenConversation -Store $s).Name | Should -Be 'trip'
        { Get-QwenResponse $trip.LastResponseId -ErrorAction Stop } | Should -Throw -ErrorId 'QwenNotFound,*'
        (Get-QwenResponse $work.LastResponseId).Id | Should -Be $work.LastResponseId
    }

    It 'changes nothing with -WhatIf' {
        Get-QwenConversation -Store $s | Remove-QwenConversation -WhatIf
        @(Get-QwenConversation -Store $s).Count | Should -Be 2
    }
}
