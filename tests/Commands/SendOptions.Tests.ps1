# Send-QwenMessage: options, invalid input, state on the service, and output.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $emulator = Connect-CountingEmulator
    function Get-LastBody { $emulator.Requests[-1].Body | ConvertFrom-Json -AsHashtable }
    # Returns the object that contains the options: the "parameters" member with the native API, otherwise the body.
    function Get-LastOption { $body = Get-LastBody; $body.parameters ?? $body }
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'Send-QwenMessage with options that the API does not support' {
    It 'rejects a thinking budget with Responses, with advice' {
        { Send-QwenMessage 'x' -Api Responses -ThinkingBudget 100 -ErrorAction Stop } | Should -Throw '*-ReasoningEffort*' -ErrorId 'QwenInvalidRequest*'
    }

    It 'lowers a thinking budget to the model''s limit, with <_>' -ForEach ChatCompletions, DashScope {
        $c = New-QwenConversation -Api $_ -Model qwen-plus -Thinking On -ThinkingBudget 100000
        $before = $emulator.Requests.Count
        $null = Send-QwenMessage $c 'x' -WarningVariable said -WarningAction SilentlyContinue
        "$said" | Should -BeLike '*38912*100000*'
        $null = Send-QwenMessage $c 'y' -WarningVariable again -WarningAction SilentlyContinue
        $again | Should -BeNullOrEmpty
        $emulator.Requests.Count | Should -Be ($before + 3)
        $emulator.Requests[-1].Body | Should -BeLike '*"thinking_budget":38912*'
    }

    It 'rejects budget and effort together with Chat Completions' {
        { Send-QwenMessage 'x' -Api ChatCompletions -ThinkingBudget 100 -ReasoningEffort low -ErrorAction Stop } | Should -Throw -ErrorId 'QwenInvalidRequest*'
    }

    It 'warns once that -Seed is not sent with Responses' {
        $c = New-QwenConversation -Api Responses -Seed 7
        $null = Send-QwenMessage $c 'x' -WarningVariable first -WarningAction SilentlyContinue
        $null = Send-QwenMessage $c 'y' -WarningVariable second -WarningAction SilentlyContinue
        $first | Should -Match 'seed'
        $second | Should -BeNullOrEmpty
        $emulator.Requests[-2].Body | Should -Not -Match 'seed'
        $null = Send-QwenMessage 'x' -Api ChatCompletions -Seed 7
        (Get-LastBody).seed | Should -Be 7
    }

    It 'rejects fewer than 16 output tokens with Responses' {
        { Send-QwenMessage 'x' -Api Responses -MaxOutputTokens 5 -ErrorAction Stop } | Should -Throw -ErrorId 'QwenInvalidRequest*'
    }
}

Describe 'State on the service' {
    It 'is continued by sending only the id of the last response' {
        $c = New-QwenConversation -Api Responses
        $first = Send-QwenMessage $c 'One'
        $null = Send-QwenMessage $c 'Two'
        $body = Get-LastBody
        $body.previous_response_id | Should -Be $first.ResponseId
        @($body.input).Count | Should -Be 1
        $c.ExpiresAt | Should -BeGreaterThan ([datetimeoffset]::UtcNow.AddDays(6.9))
    }

    It 'is not stored with -Stateless, and the history is sent' {
        $c = New-QwenConversation -Api Responses -Stateless
        $null = Send-QwenMessage $c 'One'
        (Send-QwenMessage $c 'Two').Text | Should -BeExactly '2: Two'
        $body = Get-LastBody
        $body.store | Should -BeFalse
        $body.ContainsKey('previous_response_id') | Should -BeFalse
    }

    It 'is rebuilt once from the transcript, with a warning, if the service no longer has it' {
        $other = Start-QwenEmulator
        $connection = New-QwenConnection -BaseUri $other.BaseUri -ApiKey $other.ApiKey
        $c = New-QwenConversation -Api Responses -Connection $connection
        $null = 'One', 'Two' | Send-QwenMessage -Conversation $c
        $other.AdvanceClock([timespan]::FromDays(8))
        { Send-QwenMessage $c 'Three' -NoRebuild -ErrorAction Stop } | Should -Throw -ErrorId 'QwenStateExpired*'
        $c.Turns.Count | Should -Be 2
        $reply = Send-QwenMessage $c 'Three' -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -Match '2 turn'
        $reply.Context.Rebuilt | Should -BeTrue
        $reply.Context.TurnsSent | Should -Be 2
        $null = Send-QwenMessage $c 'Four' -WarningVariable none
        $none | Should -BeNullOrEmpty
        $other | Stop-QwenEmulator
    }

    It 'can be an existing response, whose transcript is read' {
        $r = 'My name is John.', 'Remember it.' | Send-QwenMessage -Api Responses | Select-Object -Last 1
        $c = New-QwenConversation -PreviousResponseId $r.ResponseId
        $c.Turns.Message | Should -Be 'My name is John.', 'Remember it.'
        (Send-QwenMessage $c 'Who am I?').Text | Should -BeExactly '3: Who am I?'
        (Send-QwenMessage 'And now?' -PreviousResponseId $r.ResponseId).Text | Should -BeExactly '3: And now?'
    }

    It 'cannot be specified with a message id instead of a response id' {
        $before = $emulator.Requests.Count
        { Send-QwenMessage 'x' -PreviousResponseId msg_56c860c4 -ErrorAction Stop } | Should -Throw -ErrorId 'QwenInvalidResponseId*'
        $emulator.Requests.Count | Should -Be $before
    }
}

Describe 'Send-QwenMessage' {
    BeforeEach { $c = New-QwenConversation -Api ChatCompletions }

    It 'rejects an empty message' -ForEach '', '   ' {
        { Send-QwenMessage $c $_ -ErrorAction Stop } | Should -Throw -ErrorId 'QwenInvalidRequest*'
    }

    It 'rejects an unknown model' {
        { Send-QwenMessage $c 'x' -Model no-such-model -ErrorAction Stop } | Should -Throw -ErrorId 'QwenModelNotFound*'
    }

    It 'rejects -Api on a conversation that has begun' {
        { Send-QwenMessage $c 'x' -Api Responses -ErrorAction Stop } | Should -Throw -ErrorId 'PositionalParameterNotFound*'
        { $c | Send-QwenMessage 'x' -Api Responses -ErrorAction Stop } | Should -Throw '*Copy-QwenConversation*' -ErrorId 'QwenInvalidRequest*'
    }

    It 'rejects a message that is sent downstream of a stream of the same conversation' {
        { Send-QwenMessage $c 'x' -Stream | ForEach-Object { Send-QwenMessage $c 'y' -ErrorAction Stop } } | Should -Throw -ErrorId 'QwenInvalidRequest*'
    }

    It 'leaves the conversation unchanged, and returns the partial reply in the error, if a stream breaks' -ForEach 'ChatCompletions', 'Responses' {
        $c = New-QwenConversation -Api $_
        $emulator.AddFault([QwenChat.QwenEmulatorFault]@{ CutAfterEvents = 8; Cut = 'Truncate' })
        $failure = { Send-QwenMessage $c 'one two three four five six seven eight nine' -Stream -Thinking Off -ErrorAction Stop } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'QwenStreamBroken,*'
        $failure.Exception.PartialReply.Text | Should -Not -BeNullOrEmpty
        $c.Turns.Count | Should -Be 0
    }
}

Describe 'ForEach-Object -Parallel' {
    It 'keeps the turns of one conversation in order' {
        $c = New-QwenConversation -Api ChatCompletions
        1..8 | ForEach-Object -Parallel { $null = Send-QwenMessage $using:c "m$_" } -ThrottleLimit 4
        $c.Turns.Count | Should -Be 8
        $c.Turns.Number | Should -Be (1..8)
        $c.Turns.Text | ForEach-Object { $_.Split(':')[0] } | Should -Be (1..8)
    }

    It 'can send messages to many conversations concurrently' {
        $all = 1..16 | ForEach-Object { New-QwenConversation -Api Responses }
        $replies = $all | ForEach-Object -Parallel { Send-QwenMessage $_ 'Hello'; $null = Send-QwenMessage $_ 'Again' } -ThrottleLimit 8
        $replies.Count | Should -Be 16
        $all.ForEach({ $_.Turns.Count }) | Sort-Object -Unique | Should -Be 2
    }
}

Describe 'The lists of a conversation' {
    It 'can be indexed' {
        $turn = (Send-QwenMessage 'Hello').Conversation.Turns[0]
        $turn.Items[0].Text | Should -Be 'Hello'
        $turn.Items[-1].Text | Should -Be $turn.Text
        $turn.Items[0].Content[0].GetType().Name | Should -Be 'QwenContentPart'
    }
}

Describe 'The JSON of a conversation' {
    It 'has a length in proportion to the text' -ForEach 'ChatCompletions', 'Responses' {
        $c = New-QwenConversation -Api $_
        foreach ($i in 1..50) { $reply = Send-QwenMessage $c ('word ' * 40 + $i) -Thinking Off }
        $text = ($c.Turns | ForEach-Object { $_.Message.Length + $_.Text.Length } | Measure-Object -Sum).Sum
        ($c | ConvertTo-Json -Depth 10 -WarningAction SilentlyContinue).Length | Should -BeLessThan (12 * $text)
        ($reply | ConvertTo-Json -Depth 10 -WarningAction SilentlyContinue).Length | Should -BeLessThan (15 * $text)
    }
}
