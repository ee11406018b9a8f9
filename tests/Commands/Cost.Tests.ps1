BeforeAll {
    . $PSScriptRoot/Common.ps1
    $emulator = Connect-TestEmulator @{ AnyModel = $true }
    # Returns text with the specified number of tokens. The emulator counts one token for each word.
    function Get-Word([int] $Count) { 1..$Count | ForEach-Object { 'word' } | Join-String -Separator ' ' }
    # The prices of qwen3.6-plus in Singapore for up to 256K input tokens (wire §8.3).
    function Get-Cost($Usage) {
        ($Usage.InputTokens - $Usage.CachedTokens) * 3.7471d / 1e6d + $Usage.CachedTokens * 0.74942d / 1e6d + $Usage.OutputTokens * 22.4826d / 1e6d
    }
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'The cost of a reply' {
    It 'is computed from its usage with <_>' -ForEach 'ChatCompletions', 'Responses' {
        $reply = Send-QwenMessage 'Hello' -Api $_ -Thinking Off
        $reply.Currency | Should -Be 'CNY'
        $reply.Cost | Should -Be (Get-Cost $reply.Usage)
        $reply.Cost | Should -BeGreaterThan 0
    }

    It 'is lower for cached tokens' {
        $c = New-QwenConversation -Api ChatCompletions -Thinking Off -Instructions (Get-Word 2000)
        $first, $second = 'One', 'Two' | Send-QwenMessage -Conversation $c
        $second.Usage.CachedTokens | Should -BeGreaterThan 1900
        $second.Cost | Should -Be (Get-Cost $second.Usage)
        $second.Cost | Should -BeLessThan $first.Cost
    }

    It 'is null when no price is known' {
        $reply = Send-QwenMessage 'Hello' -Model 'a-model-of-mine' -Api ChatCompletions
        $reply.Usage.InputTokens | Should -BeGreaterThan 0
        $reply.Cost | Should -BeNullOrEmpty
        $reply.Currency | Should -BeNullOrEmpty
    }

    It 'is null with another server' {
        $connection = New-QwenConnection -CompatibleUri $emulator.CompatibleUri -ApiKey $emulator.ApiKey
        (Send-QwenMessage 'Hello' -Connection $connection).Cost | Should -BeNullOrEmpty
    }

    It 'is computed with the prices in the user''s own file' {
        $env:QWENCHAT_MODELS = Join-Path $TestDrive models.json
        try {
            '{ "models": { "a-model-of-mine": { "prices": { "Singapore": { "currency": "USD", "tiers": [ { "input": 1, "output": 2 } ] } } } } }' |
                Set-Content $env:QWENCHAT_MODELS
            $reply = Send-QwenMessage 'Hello' -Model 'a-model-of-mine' -Api ChatCompletions
            $reply.Cost | Should -Be (($reply.Usage.InputTokens + 2 * $reply.Usage.OutputTokens) / 1e6d)
            $reply.Currency | Should -Be 'USD'
        }
        finally {
            $env:QWENCHAT_MODELS = $null
        }
    }
}

Describe 'Measure-QwenConversation' {
    It 'adds up the token counts of the emulator, with <_>' -ForEach 'ChatCompletions', 'Responses' {
        $c = New-QwenConversation 'trip' -Api $_ -Thinking Off -Instructions (Get-Word 500)
        $replies = 'One', 'Two', 'Three' | Send-QwenMessage -Conversation $c
        $measure = $c | Measure-QwenConversation
        $measure.Conversation | Should -Be 'trip'
        $measure.Turns | Should -Be 3
        $measure.InputTokens | Should -Be ($replies.Usage.InputTokens | Measure-Object -Sum).Sum
        $measure.InputTokens | Should -Be $c.Usage.InputTokens
        $measure.Cost | Should -Be ($replies.Cost[0] + $replies.Cost[1] + $replies.Cost[2])
        $measure.Currency | Should -Be 'CNY'
        $measure.PricesAsOf | Should -Be ([DateOnly]::new(2026, 5, 30))
        $measure.WindowShare | Should -BeGreaterThan 0
        $measure.CacheHitShare | Should -BeGreaterThan 0.5
    }

    It 'writes one object for each model' {
        $c = New-QwenConversation -Api ChatCompletions -Thinking Off
        $null = Send-QwenMessage $c 'One'
        $null = Send-QwenMessage $c 'Two' -Model qwen-turbo
        (Measure-QwenConversation $c).Model | Should -Be 'qwen3.6-plus', 'qwen-turbo'
    }

    It 'counts thinking' {
        $c = New-QwenConversation -Api ChatCompletions -Thinking On
        $null = Send-QwenMessage $c 'One'
        (Measure-QwenConversation $c).ReasoningTokens | Should -BeGreaterThan 0
    }

    It 'accepts several conversations, and adds them up' {
        $conversations = 1..3 | ForEach-Object { (Send-QwenMessage 'Hello' -Thinking Off).Conversation }
        @($conversations | Measure-QwenConversation).Count | Should -Be 3
        $total = @($conversations | Measure-QwenConversation -Total)
        $total.Count | Should -Be 1
        $total.Turns | Should -Be 3
        $total.Conversation | Should -BeNullOrEmpty
        $total.Model | Should -Be 'qwen3.6-plus'
    }

    It 'measures the turns up to a reply' {
        $c = New-QwenConversation -Api ChatCompletions
        $first = Send-QwenMessage $c 'One'
        $null = Send-QwenMessage $c 'Two'
        (Measure-QwenConversation $first).Turns | Should -Be 1
    }

    It 'reports unknown prices, and does not add them to known prices' {
        $unpriced = (Send-QwenMessage 'Hello' -Model 'a-model-of-mine' -Api ChatCompletions).Conversation
        $priced = (Send-QwenMessage 'Hello').Conversation
        $total = @($priced, $unpriced | Measure-QwenConversation -Total -WarningVariable said -WarningAction SilentlyContinue)
        $said | Should -BeLike "*The price of 'a-model-of-mine'*"
        $total.Count | Should -Be 2
        $total.Where{ $_.Currency }.Cost | Should -BeGreaterThan 0
        $total.Where{ -not $_.Currency }.Cost | Should -BeNullOrEmpty
        $total.Where{ -not $_.Currency }.InputTokens | Should -BeGreaterThan 0
    }

    It 'measures the session' {
        $output = Invoke-FreshShell -Argument $emulator.BaseUri, (ConvertFrom-SecureString $emulator.ApiKey -AsPlainText) {
            param($BaseUri, $Key)
            Import-Module QwenChat
            Set-QwenConnection -BaseUri $BaseUri -ApiKey $Key
            $replies = 'One', 'Two' | ForEach-Object { Send-QwenMessage $_ }
            (Measure-QwenConversation -Session).InputTokens - ($replies.Usage.InputTokens | Measure-Object -Sum).Sum
            (Measure-QwenConversation -Session -Total).Turns
        }
        $output | Should -Be 0, 2
    }

    It 'shows a table' {
        $c = New-QwenConversation 'trip' -Api ChatCompletions -Thinking Off
        $null = Send-QwenMessage $c 'One'
        Measure-QwenConversation $c | Out-String -Width 130 |
            Should -Match 'Conversation\s+Model\s+Turns\s+Cost\s+Input[\s\S]*trip\s+qwen3\.6-plus\s+1\s+CNY 0\.00\d+\s+\d+.*2026-05-30'
    }
}

Describe 'A dry run' {
    BeforeEach { $before = $emulator.Requests.Count }
    AfterEach { $emulator.Requests.Count | Should -Be $before }

    It 'writes the request and sends nothing' {
        $plan = Send-QwenMessage 'Hello' -Api ChatCompletions -Instructions 'Be brief.' -DryRun
        $plan.Body | Should -BeExactly '{"model":"qwen3.6-plus","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hello"}]}'
        $plan.EstimatedInputTokens | Should -BeGreaterThan 10
        $plan.EstimatedInputTokens | Should -BeLessThan 25
        $plan.EstimatedCost | Should -Be ($plan.EstimatedInputTokens * 3.7471d / 1e6d)
        $plan.Currency | Should -Be 'CNY'
        $plan.Context.TurnsSent | Should -Be 0
    }

    It 'includes the maximum length of the answer in its estimate' {
        $plan = Send-QwenMessage 'Hello' -Api ChatCompletions -MaxOutputTokens 1000 -DryRun
        $plan.EstimatedCost | Should -Be ($plan.EstimatedInputTokens * 3.7471d / 1e6d + 0.0224826d)
    }

    It 'contains no key' {
        (Send-QwenMessage 'Hello' -DryRun | ConvertTo-Json -Depth 5) | Should -Not -BeLike "*$(ConvertFrom-SecureString $emulator.ApiKey -AsPlainText)*"
    }

    It 'is rejected if the request would be rejected' {
        { Send-QwenMessage '' -DryRun } | Should -Throw -ErrorId 'QwenInvalidRequest*'
    }

    It 'is also shown by -WhatIf' {
        $text = Invoke-FreshShell -Argument $emulator.BaseUri {
            param($BaseUri)
            Import-Module QwenChat
            Set-QwenConnection -BaseUri $BaseUri -ApiKey x
            Send-QwenMessage 'Hello' -Api ChatCompletions -Thinking Off -WhatIf
        }
        $text -join "`n" | Should -BeLike 'What if: *"messages":`[{"role":"user","content":"Hello"}`]*input tokens*CNY*'
    }
}

Describe 'A dry run in the middle of a conversation' {
    It 'does not change the conversation, and has the body of the real request' {
        $c = New-QwenConversation -Api ChatCompletions -Thinking Off -Instructions (Get-Word 1500)
        $null = Send-QwenMessage $c 'One'
        $plan = Send-QwenMessage $c 'Two' -DryRun
        $c.Turns.Count | Should -Be 1
        $plan.Context.TurnsSent | Should -Be 1
        $plan.Context.CacheableTokens | Should -BeGreaterThan 1500
        $reply = Send-QwenMessage $c 'Two'
        $emulator.Requests[-1].Body | Should -BeExactly $plan.Body
        $reply.Usage.InputTokens | Should -BeIn (($plan.EstimatedInputTokens - 3)..($plan.EstimatedInputTokens + 3))
    }

    It 'is not caused by -Confirm:$false, which sends the message' {
        (Send-QwenMessage 'Hello' -Confirm:$false).Text | Should -Not -BeNullOrEmpty
    }
}

Describe 'A token limit' {
    It 'rejects the request that would exceed it, and loses nothing' {
        $c = New-QwenConversation -Api ChatCompletions -Thinking Off -TokenLimit 300
        $null = Send-QwenMessage $c 'One'
        $before = $emulator.Requests.Count
        { Send-QwenMessage $c (Get-Word 400) } | Should -Throw -ErrorId 'QwenBudgetExceeded*'
        $emulator.Requests.Count | Should -Be $before
        $c.Turns.Count | Should -Be 1
        (Send-QwenMessage $c 'Two').State | Should -Be 'Completed'
    }

    It 'includes -MaxOutputTokens in the estimate' {
        $c = New-QwenConversation -Api ChatCompletions -TokenLimit 500 -MaxOutputTokens 495
        { Send-QwenMessage $c 'One' } | Should -Throw -ErrorId 'QwenBudgetExceeded*'
    }

    It 'warns when an answer has exceeded it, keeps the turn, and rejects the next message' {
        $c = New-QwenConversation -Api ChatCompletions -Thinking Off -TokenLimit 60
        $reply = Send-QwenMessage $c (Get-Word 40) -WarningVariable said -WarningAction SilentlyContinue
        $reply.Text | Should -Not -BeNullOrEmpty
        $said | Should -BeLike '*TokenLimit*rejected*'
        $c.Turns.Count | Should -Be 1
        { Send-QwenMessage $c 'Two' } | Should -Throw -ErrorId 'QwenBudgetExceeded*'
    }

    It 'applies to a branch, including the turns that it shares' {
        $c = New-QwenConversation -Api ChatCompletions -Thinking Off -TokenLimit 60
        $reply = Send-QwenMessage $c (Get-Word 40) -WarningAction SilentlyContinue
        { $reply | Send-QwenMessage 'Two' -ErrorAction Stop } | Should -Throw -ErrorId 'QwenBudgetExceeded*'
    }

    It 'can be set when a conversation begins' {
        $c = New-QwenConversation
        { Send-QwenMessage $c 'One' -TokenLimit 100 } | Should -Throw -ErrorId 'PositionalParameterNotFound*'
        { $c | Send-QwenMessage 'One' -TokenLimit 100 -ErrorAction Stop } | Should -Throw -ErrorId 'QwenInvalidRequest*'
        (Send-QwenMessage 'One' -TokenLimit 100000).Conversation.TokenLimit | Should -Be 100000
    }
}

Describe 'A cost limit' {
    It 'rejects the request that would exceed it' {
        $c = New-QwenConversation -Api ChatCompletions -Thinking Off -CostLimit 0.003
        $null = Send-QwenMessage $c 'One'
        { Send-QwenMessage $c (Get-Word 1000) } | Should -Throw -ErrorId 'QwenBudgetExceeded*'
        $c.Turns.Count | Should -Be 1
    }

    It 'is rejected when no price is known' {
        { New-QwenConversation -Model 'a-model-of-mine' -CostLimit 1 } | Should -Throw -ErrorId 'QwenInvalidRequest*' -ExpectedMessage '*no price*TokenLimit*'
        $c = New-QwenConversation -CostLimit 1
        { Send-QwenMessage $c 'One' -Model 'a-model-of-mine' } | Should -Throw -ErrorId 'QwenInvalidRequest*' -ExpectedMessage '*no price*'
    }
}

Describe 'A session limit' {
    It 'applies to all conversations, until it is set again' {
        $output = Invoke-FreshShell -Argument $emulator.BaseUri, (ConvertFrom-SecureString $emulator.ApiKey -AsPlainText) {
            param($BaseUri, $Key)
            Import-Module QwenChat
            $connection = @{ BaseUri = $BaseUri; ApiKey = $Key }
            Set-QwenConnection @connection -TokenLimit 60
            $words = 1..40 | ForEach-Object { 'word' } | Join-String -Separator ' '
            $c = (Send-QwenMessage $words -Api ChatCompletions -Thinking Off -WarningAction SilentlyContinue).Conversation
            $c.Turns.Count
            foreach ($target in $c, (New-QwenConversation)) {
                try { $null = Send-QwenMessage $target 'Two' -ErrorAction Stop } catch { $_.FullyQualifiedErrorId -replace ',.*' }
            }
            Set-QwenConnection @connection -TokenLimit 100000
            (Send-QwenMessage $c 'Two').State
        }
        $output | Should -Be 1, 'QwenBudgetExceeded', 'QwenBudgetExceeded', 'Completed'
    }

    It 'that is set by New-QwenConnection applies only to that connection' {
        $connection = New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey -TokenLimit 60
        $null = Send-QwenMessage (Get-Word 40) -Connection $connection -Api ChatCompletions -Thinking Off -WarningAction SilentlyContinue
        { Send-QwenMessage 'Two' -Connection $connection } | Should -Throw -ErrorId 'QwenBudgetExceeded*'
        (Send-QwenMessage 'Two').State | Should -Be 'Completed'
    }
}
