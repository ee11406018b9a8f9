# The tests rely on the emulator's default reply, which contains a name from the input.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $emulator = Connect-TestEmulator @{ AnyModel = $true } -Connection @{ MaximumRetryCount = 0 }
    $key = [Net.NetworkCredential]::new('', $emulator.ApiKey).Password

    # Returns the embedding inputs after the first $Since requests: the texts of turns or, with -Query, of queries.
    function Get-Embedding([int] $Since, [switch] $Query) {
        $emulator.Requests | Select-Object -Skip $Since | Where-Object { $_.Path -like '*/embeddings/*' -and $_.Status -eq 200 } |
            ForEach-Object { $_.Body | ConvertFrom-Json } |
            Where-Object { ($_.parameters.psobject.Properties.Name -contains 'text_type') -eq $Query } | ForEach-Object { $_.input.texts }
    }

    function New-Talk([hashtable] $Begin, [int] $Turns = 6) {
        $c = New-QwenConversation -Thinking Off @Begin
        $null = @('My name is Ada.') + @(2..$Turns | ForEach-Object { "Count on with number $_, please." }) | Send-QwenMessage -Conversation $c
        $c
    }

    function Wait-Embedding($Count, [int] $Since) { Wait-Until -Seconds 20 { @(Get-Embedding $Since).Count -ge $Count } }
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'New-QwenContextPolicy -Recall' {
    It 'does not summarize by default' {
        $policy = New-QwenContextPolicy -Recall 5
        $policy.Recall, $policy.SummarizeAt, $policy.KeepTurns | Should -Be 5, $null, $null
        "$policy" | Should -Be 'Recall 5'
    }

    It 'can be combined with the other options, and is displayed' {
        $s = New-QwenStore (Join-Path $TestDrive shown.db)
        $policy = New-QwenContextPolicy -KeepTurns 20 -SummarizeAt 0.7 -Recall 5 -Store $s -EmbeddingModel text-embedding-v3
        "$policy" | Should -Be 'KeepTurns 20, SummarizeAt 0.7, Recall 5'
        $shown = $policy | Out-String
        foreach ($line in 'Recall +: 5', 'EmbeddingModel +: text-embedding-v3', 'Store +: .*shown.db') { $shown | Should -Match $line }
    }

    It 'rejects <Why>' -ForEach @(
        @{ Why = 'a negative number'; Arguments = @{ Recall = -1 }; Says = '*-Recall is -1*' }
        @{ Why = 'a number of 0'; Arguments = @{ Recall = 0 }; Says = '*-Recall is 0*omit -Recall*' }
        @{ Why = 'an embedding model without -Recall'; Arguments = @{ KeepTurns = 2; EmbeddingModel = 'text-embedding-v4' }; Says = '*Also specify -Recall, the number of turns to recall.' }
        @{ Why = 'a model that is not an embedding model'; Arguments = @{ Recall = 2; EmbeddingModel = 'qwen-plus' }; Says = '*is not an embedding model*text-embedding-v4*' }
    ) {
        { New-QwenContextPolicy @Arguments } | Should -Throw $Says -ErrorId 'QwenInvalidRequest*'
    }

    It 'warns about an embedding model that is not in the catalog' {
        $policy = New-QwenContextPolicy -Recall 2 -EmbeddingModel our-embeddings -WarningVariable said -WarningAction SilentlyContinue
        $policy.EmbeddingModel | Should -Be 'our-embeddings'
        $said | Should -BeLike '*does not list our-embeddings*'
        $c = New-Talk @{ Api = 'ChatCompletions'; ContextPolicy = $policy } -Turns 1
        $null = Send-QwenMessage $c 'On.'
        Set-QwenConversation $c -ContextPolicy (New-QwenContextPolicy -KeepTurns 0 -Recall 2 -EmbeddingModel our-embeddings -WarningAction SilentlyContinue)
        $since = $emulator.Requests.Count
        (Send-QwenMessage $c 'What is my name?').Context.Recalled.Mode | Should -Be 'Meaning'
        ($emulator.Requests[$since].Body | ConvertFrom-Json).model | Should -Be 'our-embeddings'
    }

    It 'rejects a closed store' {
        $s = New-QwenStore (Join-Path $TestDrive closed.db)
        $s.Dispose()
        { New-QwenContextPolicy -Recall 2 -Store $s } | Should -Throw -ErrorId 'QwenStoreUnavailable*'
    }
}

Describe 'A conversation that recalls' {
    It 'recalls a message from thirty turns ago, with <_>' -ForEach 'ChatCompletions', 'Responses', 'DashScope' {
        $c = New-Talk @{ Api = $_; ContextPolicy = (New-QwenContextPolicy -KeepTurns 3 -Recall 2) } -Turns 31
        $reply = Send-QwenMessage $c 'What is my name?' -WarningVariable said
        $said | Should -BeNullOrEmpty
        $reply.Text | Should -Be 'Your name is Ada.'
        $reply.Context.Recalled.Count | Should -Be 1
        $reply.Context.Recalled[0].Turn | Should -Be 1
        $reply.Context.Recalled[0].Mode | Should -Be 'Meaning'
        "$($reply.Context.Recalled[0])" | Should -Match '^turn 1 \(0\.\d\d\)$'
        $reply.Context.EstimatedTokens | Should -BeLessThan $reply.Context.EstimatedTokensBefore
        $c.Turns.Count | Should -Be 32
        Send-QwenMessage (Copy-QwenConversation $c -Turn 31) 'What is my name?' | Should -Be 'Your name is Ada.'
    }

    It 'can get its policy later' {
        $c = New-Talk @{ Api = 'ChatCompletions' }
        Set-QwenConversation $c -ContextPolicy (New-QwenContextPolicy -KeepTurns 1 -Recall 1)
        Send-QwenMessage $c 'What is my name?' | Should -Be 'Your name is Ada.'
        Set-QwenConversation $c -ContextPolicy (New-QwenContextPolicy -KeepTurns 1)
        Send-QwenMessage $c 'What is my name?' | Should -Be 'You have not told me your name.'
    }

    It 'can be a conversation object on the service, and can be moved to another API' {
        $c = New-Talk @{ Api = 'Conversations'; ContextPolicy = (New-QwenContextPolicy -Recall 1) } -Turns 2
        Send-QwenMessage $c 'What is my name?' | Should -Be 'Your name is Ada.'
        $copy = Copy-QwenConversation $c -Api ChatCompletions
        $copy.ContextPolicy.Recall | Should -Be 1
        Set-QwenConversation $copy -ContextPolicy (New-QwenContextPolicy -KeepTurns 1 -Recall 1)
        $back = Copy-QwenConversation $copy -Api Conversations -WarningVariable said -WarningAction SilentlyContinue
        $back.ContextPolicy.Recall, $back.ContextPolicy.KeepTurns | Should -Be 1, $null
        $said | Should -BeLike '*only -Recall 1*'
    }

    It 'shows with -DryRun and -WhatIf how many turns would be recalled, without a request' {
        $since = $emulator.Requests.Count
        $c = New-Talk @{ Api = 'ChatCompletions'; ContextPolicy = (New-QwenContextPolicy -KeepTurns 2 -Recall 3) }
        Wait-Embedding 6 $since
        $since = $emulator.Requests.Count
        $plan = Send-QwenMessage $c 'What is my name?' -DryRun
        $plan.Context.TurnsToRecall | Should -Be 3
        $plan.Context.Recalled | Should -BeNullOrEmpty
        Send-QwenMessage $c 'What is my name?' -WhatIf
        $emulator.Requests.Count | Should -Be $since
    }

    It 'uses keyword search if no embedding model is known, and writes one warning' {
        $other = New-QwenConnection -CompatibleUri $emulator.CompatibleUri -ApiKey $emulator.ApiKey
        $c = New-Talk @{ Connection = $other; ContextPolicy = (New-QwenContextPolicy -KeepTurns 2 -SlackTurns 0 -Recall 1) } -Turns 2
        $null = Send-QwenMessage $c 'On.' -WarningVariable said -WarningAction SilentlyContinue
        $said | Should -BeNullOrEmpty -Because 'no turns are omitted yet'
        $reply = Send-QwenMessage $c 'What is my name?' -WarningVariable said -WarningAction SilentlyContinue
        $reply.Text | Should -Be 'Your name is Ada.'
        $reply.Context.Recalled.Mode | Should -Be 'Words'
        $said | Should -BeLike '*recalled by keyword search*-EmbeddingModel*'
        $null = Send-QwenMessage $c 'What is my name?' -WarningVariable said
        $said | Should -BeNullOrEmpty
    }

    It 'does not fail a turn because of a failed recall' {
        $c = New-Talk @{ Api = 'ChatCompletions'; ContextPolicy = (New-QwenContextPolicy -KeepTurns 2 -Recall 1) }
        $emulator.AddFault([QwenChat.QwenEmulatorFault]@{ Path = '/embeddings'; Status = 500; Times = 99 })
        try { $reply = Send-QwenMessage $c 'What is my name?' -WarningVariable said -WarningAction SilentlyContinue }
        finally { $emulator.ClearFaults() }
        $reply.Text | Should -Be 'Your name is Ada.'
        $said | Should -BeLike 'Earlier turns were recalled by keyword search because semantic search failed:*'
    }

    It 'does not wait for embeddings' {
        $emulator.AddFault([QwenChat.QwenEmulatorFault]@{ Path = '/embeddings'; NeverAnswer = $true; Times = 99 })
        try {
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $c = New-Talk @{ Api = 'ChatCompletions'; ContextPolicy = (New-QwenContextPolicy -KeepTurns 5 -Recall 1) } -Turns 3
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 10
            $c.Turns.Count | Should -Be 3
        }
        finally { $emulator.ClearFaults() }
    }

    It 'works on branches in several runspaces, and embeds shared turns once' {
        $since = $emulator.Requests.Count
        $c = New-Talk @{ Api = 'ChatCompletions'; ContextPolicy = (New-QwenContextPolicy -KeepTurns 2 -Recall 1) }
        $branches = 1..4 | ForEach-Object { Copy-QwenConversation $c }
        $said = $branches | ForEach-Object -Parallel { Import-Module $using:ModulePath
        Send-QwenMessage $_ 'What is my name?' -WarningAction Stop } -ThrottleLimit 4
        $said.Text | Should -Be @('Your name is Ada.' * 1; 'Your name is Ada.'; 'Your name is Ada.'; 'Your name is Ada.')
        Wait-Embedding 10 $since
        $texts = @(Get-Embedding $since)
        foreach ($turn in $c.Turns) { @($texts | Where-Object { $_ -like "$($turn.Message)*" }).Count | Should -Be 1 }
        @($texts | Where-Object { $_ -like 'What is my name*' }).Count | Should -Be 4
    }
}

Describe 'A recall policy with a store' {
    It 'saves a conversation and its vectors for another session' {
        $file = Join-Path $TestDrive "$([guid]::NewGuid()).db"
        $s = New-QwenStore $file
        $since = $emulator.Requests.Count
        $c = New-Talk @{ Name = 'trip'; Api = 'ChatCompletions'; ContextPolicy = (New-QwenContextPolicy -KeepTurns 2 -Recall 1 -Store $s) }
        $c.Store | Should -Be $s
        $null = Search-QwenConversation $s 'name'
        @(Get-Embedding $since).Count | Should -Be 6
        $s.Dispose()
        $since = $emulator.Requests.Count
        $said = Invoke-FreshShell -Argument $file, $emulator.BaseUri, $key {
            param($file, $uri, $key)
            Import-Module QwenChat
            Set-QwenConnection -BaseUri $uri -ApiKey $key
            $c = Get-QwenConversation -Store (New-QwenStore $file) -Name trip
            "$($c.ContextPolicy)"
            (Send-QwenMessage $c 'What is my name?').Text
        }
        $said | Should -Be 'KeepTurns 2, Recall 1', 'Your name is Ada.'
        Get-Embedding $since | Should -Not -BeLike 'My name is Ada*'
        # The script may have ended before its last turn was embedded. In this case, the search embeds that turn.
        $s = New-QwenStore $file
        $null = Search-QwenConversation $s 'name'
        @(Get-Embedding $since) | Should -HaveCount 1
        $s.Dispose()
    }

    It 'moves a conversation that has no store to the store' {
        $s = New-QwenStore (Join-Path $TestDrive "$([guid]::NewGuid()).db")
        $c = New-Talk @{ Api = 'ChatCompletions' } -Turns 3
        Set-QwenConversation $c -ContextPolicy (New-QwenContextPolicy -KeepTurns 1 -Recall 1 -Store $s)
        (Get-QwenConversation -Store $s).TurnCount | Should -Be 3
        Send-QwenMessage $c 'What is my name?' | Should -Be 'Your name is Ada.'
        $s.Dispose()
    }

    It 'rejects a store other than the conversation''s, and changes nothing' {
        $s, $t = 1..2 | ForEach-Object { New-QwenStore (Join-Path $TestDrive "$([guid]::NewGuid()).db") }
        $policy = New-QwenContextPolicy -Recall 1 -Store $t
        { New-QwenConversation -Store $s -ContextPolicy $policy } | Should -Throw '*both must use the same store*' -ErrorId 'QwenInvalidRequest*'
        { Send-QwenMessage 'Hello' -Store $s -ContextPolicy $policy } | Should -Throw '*both must use the same store*'
        $c = New-Talk @{ Api = 'ChatCompletions'; Store = $s } -Turns 2
        { Set-QwenConversation $c -ContextPolicy $policy -ErrorAction Stop } | Should -Throw '*both must use the same store*'
        $c.ContextPolicy | Should -BeNullOrEmpty
        Get-QwenConversation -Store $t | Should -BeNullOrEmpty
        Set-QwenConversation $c -ContextPolicy $policy -Store $t
        $c.Store | Should -Be $t
        $s.Dispose(); $t.Dispose()
    }

    It 'allows the store to be closed during an embedding' {
        $s = New-QwenStore (Join-Path $TestDrive "$([guid]::NewGuid()).db")
        $emulator.AddFault([QwenChat.QwenEmulatorFault]@{ Path = '/embeddings'; NeverAnswer = $true; Times = 99 })
        try {
            $null = New-Talk @{ Api = 'ChatCompletions'; ContextPolicy = (New-QwenContextPolicy -KeepTurns 5 -Recall 1 -Store $s) } -Turns 2
            Wait-Until { $emulator.ActiveRequests -gt 0 }
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $s.Dispose()
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 10
            Wait-Until { $emulator.ActiveRequests -le 1 }
        }
        finally { $emulator.ClearFaults() }
    }
}

Describe 'Background embedding' {
    BeforeAll {
        # Embeddings from previous tests may still be pending.
        $before = $emulator.ActiveRequests
        $emulator.AddFault([QwenChat.QwenEmulatorFault]@{ Path = '/embeddings'; NeverAnswer = $true; Times = 99 })
    }

    AfterAll { $emulator.ClearFaults() }

    It 'ends with the process' {
        $said = Invoke-FreshShell -Argument $emulator.BaseUri, $key {
            param($uri, $key)
            Import-Module QwenChat
            Set-QwenConnection -BaseUri $uri -ApiKey $key
            (Send-QwenMessage 'Hello' -Thinking Off -ContextPolicy (New-QwenContextPolicy -KeepTurns 1 -Recall 1)).Text
        }
        $said | Should -BeLike 'You said: "Hello"*'
        Wait-Until { $emulator.ActiveRequests -eq $before }
    }

    It 'ends with the module' {
        $said = Invoke-FreshShell -Argument $emulator.BaseUri, $key {
            param($uri, $key)
            Import-Module QwenChat
            Set-QwenConnection -BaseUri $uri -ApiKey $key
            $null = Send-QwenMessage 'Hello' -ContextPolicy (New-QwenContextPolicy -KeepTurns 1 -Recall 1)
            $watch = [Diagnostics.Stopwatch]::StartNew()
            Remove-Module QwenChat
            $watch.Elapsed.TotalSeconds -lt 10
            Import-Module QwenChat
            Set-QwenConnection -BaseUri $uri -ApiKey $key
            (Send-QwenMessage 'Again' -Thinking Off).Text
        }
        $said | Should -Be 'True', 'You said: "Again". This is the beginning of our conversation.'
    }
}
