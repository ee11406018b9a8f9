BeforeAll {
    . $PSScriptRoot/Common.ps1
    # Replies with the number of user messages, or with a one-line summary.
    $emulator = Connect-TestEmulator @{ Reply = {
            param($Request)
            if ($Request.Instructions -like '*summary*' -and $Request.Messages[-1].Text -match '^(The conversation so far|Summary of what came before)') {
                "They spoke of numbers.$(' Each had its own.' * 6)" }
            else { "$(@($Request.Messages | Where-Object Role -EQ user).Count) seen. $('word ' * 60)" }
        }
    }

    function Get-LastBody { $emulator.Requests[-1].Body | ConvertFrom-Json }
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'New-QwenContextPolicy' {
    It 'summarizes at 70% of the window by default' {
        $policy = New-QwenContextPolicy
        $policy.SummarizeAt | Should -Be 0.7
        $policy.KeepVerbatim | Should -Be 2
        $policy.KeepTurns | Should -BeNullOrEmpty
    }

    It 'only truncates if only -KeepTurns is specified' {
        $policy = New-QwenContextPolicy -KeepTurns 20
        $policy.KeepTurns | Should -Be 20
        $policy.SummarizeAt | Should -BeNullOrEmpty
    }

    It 'truncates and summarizes if both are specified' {
        $policy = New-QwenContextPolicy -KeepTurns 20 -SummaryModel qwen-flash
        $policy.KeepTurns | Should -Be 20
        $policy.SummarizeAt | Should -Be 0.7
        $policy.SummaryModel | Should -Be 'qwen-flash'
    }

    It 'accepts a target, a length and the price tier' {
        $policy = New-QwenContextPolicy -SummarizeTo 0.3 -MaxSummaryTokens 500
        $policy.SummarizeAt, $policy.SummarizeTo, $policy.MaxSummaryTokens | Should -Be 0.7, 0.3, 500
        (New-QwenContextPolicy -SummarizeToTokens 900).SummarizeAt | Should -Be 0.7
        $policy = New-QwenContextPolicy -SummarizeAtPriceTier
        $policy.SummarizeAtPriceTier | Should -BeTrue
        $policy.SummarizeAt | Should -BeNullOrEmpty
        "$policy" | Should -Be 'SummarizeAtPriceTier'
        ($policy | Format-List | Out-String).Trim() -split '\r?\n' | Should -Be 'SummarizeAtPriceTier : True', 'KeepVerbatim         : 2'
    }

    It 'allows requests to grow by -SlackTurns before turns are omitted' {
        $policy = New-QwenContextPolicy -KeepTurns 4 -SlackTurns 1
        ($policy | Format-List | Out-String).Trim() -split '\r?\n' | Should -Be 'KeepTurns  : 4', 'SlackTurns : 1'
        $c = New-QwenConversation -Api ChatCompletions -ContextPolicy $policy
        $replies = 1..10 | ForEach-Object { "Message $_" } | Send-QwenMessage -Conversation $c
        $replies.Context.TurnsVerbatim | Should -Be 0, 1, 2, 3, 4, 5, 4, 5, 4, 5
    }

    It 'uses the value of -KeepTurns as the default slack if turns are long enough for a cache, and otherwise 0' {
        $c = New-QwenConversation -Api ChatCompletions -ContextPolicy (New-QwenContextPolicy -KeepTurns 4)
        $replies = 1..10 | ForEach-Object { "Message $_" + ' word' * 400 } | Send-QwenMessage -Conversation $c
        $replies.Context.TurnsVerbatim | Should -Be 0, 1, 2, 3, 4, 5, 6, 7, 8, 4
        $c = New-QwenConversation -Api ChatCompletions -ContextPolicy (New-QwenContextPolicy -KeepTurns 4)
        $replies = 1..7 | ForEach-Object { "Message $_" } | Send-QwenMessage -Conversation $c
        $replies.Context.TurnsVerbatim | Should -Be 0, 1, 2, 3, 4, 4, 4
    }

    It 'rejects <Why>' -ForEach @(
        @{ Why = 'a negative slack'; Arguments = @{ KeepTurns = 4; SlackTurns = -1 }; Says = '*-SlackTurns is -1*' }
        @{ Why = 'a slack without -KeepTurns'; Arguments = @{ SlackTurns = 4 }; Says = '*Also specify -KeepTurns*' }
        @{ Why = 'a negative number of turns'; Arguments = @{ KeepTurns = -1 }; Says = '*-KeepTurns is -1*' }
        @{ Why = 'a negative number of verbatim turns'; Arguments = @{ KeepVerbatim = -1 }; Says = '*-KeepVerbatim is -1*' }
        @{ Why = 'a share above 1'; Arguments = @{ SummarizeAt = 70 }; Says = '*-SummarizeAt is 70*share*0.7*' }
        @{ Why = 'a share of 0'; Arguments = @{ SummarizeAt = 0 }; Says = '*-SummarizeAt is 0*' }
        @{ Why = 'a threshold of 0 tokens'; Arguments = @{ SummarizeAtTokens = 0 }; Says = '*-SummarizeAtTokens is 0*' }
        @{ Why = 'a tier and a share'; Arguments = @{ SummarizeAt = 0.5; SummarizeAtPriceTier = $true }; Says = '*-SummarizeAtPriceTier cannot be combined*' }
        @{ Why = 'a target above the threshold'; Arguments = @{ SummarizeAt = 0.5; SummarizeTo = 0.6 }; Says = '*SummarizeTo is 0.6*-SummarizeAt, which is 0.5*' }
        @{ Why = 'a target above the threshold, in tokens'; Arguments = @{ SummarizeAtTokens = 500; SummarizeToTokens = 600 }; Says = '*-SummarizeToTokens is 600*500*' }
        @{ Why = 'two targets'; Arguments = @{ SummarizeTo = 0.5; SummarizeToTokens = 600 }; Says = '*cannot be combined*' }
        @{ Why = 'a target above 1'; Arguments = @{ SummarizeAtTokens = 500; SummarizeTo = 60 }; Says = '*-SummarizeTo is 60*' }
        @{ Why = 'a target of 0 tokens'; Arguments = @{ SummarizeToTokens = 0 }; Says = '*-SummarizeToTokens is 0*' }
        @{ Why = 'a summary of 0 tokens'; Arguments = @{ MaxSummaryTokens = 0 }; Says = '*-MaxSummaryTokens is 0*' }
        @{ Why = 'a share and a number'; Arguments = @{ SummarizeAt = 0.5; SummarizeAtTokens = 1000 }; Says = '*cannot be combined*' }
    ) {
        { New-QwenContextPolicy @Arguments } | Should -Throw $Says -ErrorId 'QwenInvalidRequest*'
    }
}

Describe 'A conversation with a policy' {
    It 'can be created by New-QwenConversation' {
        $c = New-QwenConversation -Api ChatCompletions -ContextPolicy (New-QwenContextPolicy -KeepTurns 2)
        $replies = 1..5 | ForEach-Object { "Message $_" } | Send-QwenMessage -Conversation $c
        $replies[-1].Text | Should -BeLike '3 seen.*'
        $replies[-1].Context.TurnsLeftOut | Should -Be 2
        $c.Turns.Count | Should -Be 5
        (Get-LastBody).messages.Count | Should -Be 5
    }

    It 'can be created by Send-QwenMessage' {
        $reply = Send-QwenMessage 'One' -ContextPolicy (New-QwenContextPolicy -KeepTurns 0)
        $reply.Conversation.ContextPolicy.KeepTurns | Should -Be 0
        $reply | Send-QwenMessage 'Two' | Should -BeLike '1 seen.*'
    }

    It 'can get its policy later, and the policy can be removed' {
        $c = New-QwenConversation -Api Responses
        $null = 1..3 | ForEach-Object { "Message $_" } | Send-QwenMessage -Conversation $c
        Set-QwenConversation $c -ContextPolicy (New-QwenContextPolicy -KeepTurns 1)
        Send-QwenMessage $c 'Message 4' | Should -BeLike '2 seen.*'
        Set-QwenConversation $c -ContextPolicy $null
        Send-QwenMessage $c 'Message 5' | Should -BeLike '5 seen.*'
    }

    It 'replaces older turns with a summary, with <_>' -ForEach 'ChatCompletions', 'Responses', 'DashScope' {
        $c = New-QwenConversation -Api $_ -ContextPolicy (New-QwenContextPolicy -SummarizeAtTokens 300)
        $replies = 1..12 | ForEach-Object { "Message $_" } | Send-QwenMessage -Conversation $c -WarningVariable said
        $said | Should -BeNullOrEmpty
        $c.Summaries.Count | Should -BeGreaterThan 1
        $c.Summaries[-1].Text | Should -BeLike 'They spoke of numbers.*'
        $context = $replies[-1].Context
        $context.TurnsSummarized + $context.TurnsVerbatim | Should -Be 11
        $context.EstimatedTokens | Should -BeLessThan $context.EstimatedTokensBefore
        # The summary is sent only with the request that begins a new chain of responses.
        $emulator.Requests[-6..-1].Body -join ' ' | Should -BeLike '*They spoke of numbers.*'
        $c.Turns.Count | Should -Be 12
    }

    It 'is summarized by another model, with the user''s instruction' {
        $policy = New-QwenContextPolicy -SummarizeAtTokens 200 -SummaryModel qwen-flash -SummaryInstruction 'Write a summary in one word.'
        $c = New-QwenConversation -Api ChatCompletions -ContextPolicy $policy
        $null = 1..5 | ForEach-Object { "Message $_" } | Send-QwenMessage -Conversation $c
        $c.Summaries[-1].Model | Should -Be 'qwen-flash'
        $asked = $emulator.Requests.Where{ $_.Body -like '*in one word*' }[-1].Body | ConvertFrom-Json
        $asked.model | Should -Be 'qwen-flash'
    }

    It 'is rejected with the Conversations API, with advice' {
        { New-QwenConversation -Api Conversations -ContextPolicy (New-QwenContextPolicy -KeepTurns 2) } |
            Should -Throw '*Copy-QwenConversation -Api Responses*' -ErrorId 'QwenInvalidRequest*'
        $c = New-QwenConversation -Api Conversations
        $null = Send-QwenMessage $c 'One'
        { Set-QwenConversation $c -ContextPolicy (New-QwenContextPolicy) -ErrorAction Stop } | Should -Throw '*Copy-QwenConversation -Api Responses*'
        $c.ContextPolicy | Should -BeNullOrEmpty
        $copy = Copy-QwenConversation $c -Api Responses
        Set-QwenConversation $copy -ContextPolicy (New-QwenContextPolicy -KeepTurns 1)
        Send-QwenMessage $copy 'Two' | Should -BeLike '2 seen.*'
    }

    It 'requires a model with a known context window' {
        $before = $emulator.Requests.Count
        { New-QwenConversation -Model 'a-model-of-mine' -ContextPolicy (New-QwenContextPolicy) } | Should -Throw '*-SummarizeAtTokens*'
        { Send-QwenMessage 'Hello' -Model 'a-model-of-mine' -ContextPolicy (New-QwenContextPolicy) } | Should -Throw '*-SummarizeAtTokens*'
        $c = New-QwenConversation -ContextPolicy (New-QwenContextPolicy)
        { Set-QwenConversation $c -Model 'a-model-of-mine' -ErrorAction Stop } | Should -Throw '*-SummarizeAtTokens*'
        { Send-QwenMessage $c 'Hello' -Model 'a-model-of-mine' } | Should -Throw '*-SummarizeAtTokens*'
        $emulator.Requests.Count | Should -Be $before
    }

    It 'is summarized before the Responses API would drop turns' {
        { New-QwenConversation -Api Responses -ContextPolicy (New-QwenContextPolicy -SummarizeAt 0.8) } | Should -Throw '*-SummarizeAt 0.75 or less*'
        New-QwenConversation -Api ChatCompletions -ContextPolicy (New-QwenContextPolicy -SummarizeAt 0.8) | Should -Not -BeNullOrEmpty
    }

    It 'shows omitted turns with -DryRun and -WhatIf, without a request' {
        $c = New-QwenConversation -Api ChatCompletions
        $null = 1..6 | ForEach-Object { "Message $_" } | Send-QwenMessage -Conversation $c
        Set-QwenConversation $c -ContextPolicy (New-QwenContextPolicy -KeepTurns 2)
        $before = $emulator.Requests.Count
        $plan = Send-QwenMessage $c 'Message 7' -DryRun
        $plan.Context.TurnsLeftOut | Should -Be 4
        ($plan.Body | ConvertFrom-Json).messages.Count | Should -Be 5
        Set-QwenConversation $c -ContextPolicy (New-QwenContextPolicy -SummarizeAtTokens 200)
        (Send-QwenMessage $c 'Message 7' -DryRun).Context.TurnsToSummarize | Should -BeGreaterThan 0
        $emulator.Requests.Count | Should -Be $before
    }

    It 'counts the usage of summaries against the limits' {
        $c = New-QwenConversation -Api ChatCompletions -TokenLimit 100000 -ContextPolicy (New-QwenContextPolicy -SummarizeAtTokens 200)
        $replies = 1..5 | ForEach-Object { "Message $_" } | Send-QwenMessage -Conversation $c
        $turns = ($replies.Usage.TotalTokens | Measure-Object -Sum).Sum
        $c.Usage.TotalTokens | Should -Be ($turns + ($c.Summaries.Usage.TotalTokens | Measure-Object -Sum).Sum)
    }
}

Describe 'The price of a policy' {
    It 'is measured, and reported with the cost of the reply' {
        $policy = New-QwenContextPolicy -SummarizeAtTokens 400 -SummaryModel qwen-flash -Recall 1
        $c = New-QwenConversation -Api ChatCompletions -Thinking Off -ContextPolicy $policy
        $replies = 1..8 | ForEach-Object { "What is message number $_ about?" } | Send-QwenMessage -Conversation $c
        $measure = Measure-QwenConversation $c
        $measure[0].Purpose, $measure[0].Turns, $measure[0].Calls | Should -Be 'Turns', 8, 0
        $measure.Purpose | Sort-Object | Should -Be 'Embeddings', 'Summaries', 'Turns'
        $summaries = $measure | Where-Object Purpose -EQ Summaries
        $summaries.Model, $summaries.Calls | Should -Be 'qwen-flash', $c.Summaries.Count
        $first = $replies | Where-Object { $_.Context.TurnsSummarized } | Select-Object -First 1
        $first.CallsCost | Should -BeGreaterThan 0
        $replies[0].CallsCost | Should -BeNullOrEmpty
        $text = $measure | Format-Table | Out-String -Width 120
        $text | Should -Match '(?m)^ +summaries +qwen-flash +CNY'
        $text | Should -Match '(?m)^ +embeddings +text-embedding'
        # Turns are embedded in the background, so their cost is added later.
        Wait-Until { (Measure-QwenConversation $c -Total).Cost -eq (Measure-QwenConversation $c | Measure-Object Cost -Sum).Sum }
    }
}

Describe 'Compress-QwenConversation' {
    BeforeEach {
        $c = New-QwenConversation -Api Responses
        $null = 1..6 | ForEach-Object { "Message $_" } | Send-QwenMessage -Conversation $c
    }

    It 'summarizes immediately, and the summary replaces the turns in later requests' {
        $summary = Compress-QwenConversation $c
        $summary.LastTurn | Should -Be 4
        $summary.Text | Should -BeLike 'They spoke of numbers.*'
        $summary.EstimatedTokens | Should -BeLessThan $summary.EstimatedTokensBefore
        $c.Turns.Count | Should -Be 6
        $reply = Send-QwenMessage $c 'Message 7'
        # The model receives four user messages: the summary, the messages of two turns, and the new message.
        $reply | Should -BeLike '4 seen.*'
        $reply.Context.TurnsSummarized | Should -Be 4
        Send-QwenMessage $c 'Message 8' | Should -BeLike '5 seen.*'
        (Get-LastBody).previous_response_id | Should -Be $reply.ResponseId
    }

    It 'keeps the specified number of turns' {
        ($c | Compress-QwenConversation -KeepVerbatim 0 -SummaryModel qwen-flash).LastTurn | Should -Be 6
        $c.Summaries[-1].Model | Should -Be 'qwen-flash'
    }

    It 'does nothing if there is nothing to summarize' {
        $null = Compress-QwenConversation $c
        $before = $emulator.Requests.Count
        Compress-QwenConversation $c | Should -BeNullOrEmpty
        $emulator.Requests.Count | Should -Be $before
    }

    It 'shows with -WhatIf which turns would be summarized' {
        $before = $emulator.Requests.Count
        Compress-QwenConversation $c -WhatIf
        $emulator.Requests.Count | Should -Be $before
        $c.Summaries | Should -BeNullOrEmpty
    }

    It 'keeps everything when it fails' {
        $emulator.AddFault([QwenChat.QwenEmulatorFault]@{ Status = 400 })
        Compress-QwenConversation $c -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed | Should -Not -BeNullOrEmpty
        $c.Summaries | Should -BeNullOrEmpty
        Send-QwenMessage $c 'Message 7' | Should -BeLike '7 seen.*'
    }

    It 'does not advise checking the address if only the summary cannot be used: <Reply>' -ForEach @(
        @{ Reply = 'OK.'; Says = '*twice wrote only*-SummaryInstruction).' }
        @{ Reply = '   '; Says = '*empty summary. Use a different model (-SummaryModel).' }
    ) {
        $summarizer = Start-QwenEmulator ([scriptblock]::Create("'$Reply'"))
        Compress-QwenConversation $c -Connection ($summarizer | New-QwenConnection) -ErrorAction SilentlyContinue -ErrorVariable failed
        Stop-QwenEmulator $summarizer
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'QwenProtocolError,*'
        $failed[0].ErrorDetails.Message | Should -BeLike $Says
    }

    It 'rejects a summary that is not shorter' {
        $long = New-QwenConversation -Api ChatCompletions
        $null = 'a', 'b' | Send-QwenMessage -Conversation $long
        Stop-QwenEmulator
        $null = Start-QwenEmulator { 'word ' * 500 } | Set-QwenConnection
        { Compress-QwenConversation $long -KeepVerbatim 0 -Connection (Get-QwenConnection) -ErrorAction Stop } |
            Should -Throw '*not shorter*' -ErrorId 'QwenInvalidRequest,*'
        $long.Summaries | Should -BeNullOrEmpty
    }

    It 'is rejected with the Conversations API' {
        $other = Copy-QwenConversation $c -Api Conversations -WarningAction SilentlyContinue
        { Compress-QwenConversation $other -ErrorAction Stop } | Should -Throw '*Copy-QwenConversation -Api Responses*'
    }
}
