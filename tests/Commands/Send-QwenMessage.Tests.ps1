# Every way to call Send-QwenMessage, over both APIs, against the emulator.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    # The model says how many messages of the user's it sees, and repeats the last.
    $emulator = Connect-TestEmulator -Emulator @{
        Reply = {
            param($Request)
            $users = @($Request.Messages | Where-Object Role -EQ 'user')
            "$($users.Count): $($users[-1].Text)"
        }
    }
    function Get-LastBody { $emulator.Requests[-1].Body | ConvertFrom-Json -AsHashtable }
    # Where the options stand: the native API has a place of its own for them.
    function Get-LastOption { $body = Get-LastBody; $body.parameters ?? $body }
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'Sending over <_>' -ForEach 'ChatCompletions', 'Responses', 'DashScope' {
    BeforeEach { $c = New-QwenConversation -Api $_ }

    It 'begins a conversation with the defaults' {
        $reply = Send-QwenMessage 'Hello' -Api $_
        "$reply" | Should -BeExactly '1: Hello'
        $reply.Conversation.Api | Should -Be $_
        $reply.Conversation.Model | Should -Be 'qwen3.6-plus'
    }

    It 'takes conversation and message by position' {
        (Send-QwenMessage $c 'Hello').Text | Should -BeExactly '1: Hello'
        (Send-QwenMessage $c 'Again').Text | Should -BeExactly '2: Again'
        $c.Turns.Count | Should -Be 2
        $c.Turns.Message | Should -Be 'Hello', 'Again'
    }

    It 'takes a conversation from the pipeline' {
        ($c | Send-QwenMessage 'Hello').Text | Should -BeExactly '1: Hello'
        $c.Turns.Count | Should -Be 1
    }

    It 'continues from exactly one reply, and leaves its conversation as it was' {
        $r = Send-QwenMessage $c 'Root'
        $a = $r | Send-QwenMessage 'A?'
        $b = Send-QwenMessage $r 'B?'
        $a.Text | Should -BeExactly '2: A?'
        $b.Text | Should -BeExactly '2: B?'
        $c.Turns.Count | Should -Be 1
        $a.Conversation.Turns.Message | Should -Be 'Root', 'A?'
        $b.Conversation.Turns.Message | Should -Be 'Root', 'B?'
        [object]::ReferenceEquals($a.Conversation.Turns[0], $c.Turns[0]) | Should -BeTrue
        (Send-QwenMessage $a 'A2?').Text | Should -BeExactly '3: A2?'
    }

    It 'takes each string as a turn, in order' {
        $replies = 'one', 'two' | Send-QwenMessage -Conversation $c
        $replies.Text | Should -Be '1: one', '2: two'
        $c.Turns.Count | Should -Be 2
    }

    It 'begins one conversation for all strings when none is named' {
        $replies = 'one', 'two' | Send-QwenMessage -Api $_
        $replies.Text | Should -Be '1: one', '2: two'
        [object]::ReferenceEquals($replies[0].Conversation, $replies[1].Conversation) | Should -BeTrue
    }

    It 'ends at the first string that fails, and keeps what was before' {
        $emulator.AddFault([QwenChat.QwenEmulatorFault]@{ Status = 400; Skip = 1 })
        { 'one', 'two', 'three' | Send-QwenMessage -Conversation $c -ErrorAction Stop } | Should -Throw -ErrorId 'QwenInvalidRequest*'
        $c.Turns.Message | Should -Be 'one'
    }

    It 'sends strings along with a message as one turn' {
        $reply = 'line 1', 'line 2' | Send-QwenMessage $c 'Why?'
        $reply.Text | Should -BeExactly "1: Why?`n`nline 1`nline 2"
        $c.Turns.Count | Should -Be 1
    }

    It 'sends a text file along, with its name' {
        Set-Content $TestDrive/app.log 'stopped' -NoNewline
        $reply = Get-Item $TestDrive/app.log | Send-QwenMessage $c 'Why?'
        $reply.Text | Should -BeExactly "1: Why?`n`n--- app.log ---`nstopped"
    }

    It 'sends other objects along as data' {
        $reply = [pscustomobject]@{ Name = 'disk'; Free = 7 } | Send-QwenMessage $c 'Enough?'
        $reply.Text | Should -BeExactly "1: Enough?`n`n{`"Name`":`"disk`",`"Free`":7}"
    }

    It 'refuses more than 200,000 characters along, before any request' {
        $before = $emulator.Requests.Count
        { 'x' * 200001 | Send-QwenMessage $c 'Why?' -ErrorAction Stop } | Should -Throw -ErrorId 'QwenInvalidRequest*'
        $emulator.Requests.Count | Should -Be $before
    }

    It 'takes one turn on each of many conversations, and reports each failure by itself' {
        $d = New-QwenConversation -Api $_
        $emulator.AddFault([QwenChat.QwenEmulatorFault]@{ Status = 400; Skip = 1 })
        $e = New-QwenConversation -Api $_
        $replies = $c, $d, $e | Send-QwenMessage 'And in French?' -ErrorAction SilentlyContinue -ErrorVariable failures
        $replies.Count | Should -Be 2
        $failures.Count | Should -Be 1
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'QwenInvalidRequest,*'
        $c.Turns.Count, $d.Turns.Count, $e.Turns.Count | Should -Be 1, 0, 1
    }

    It 'refuses conversations and other things through one pipeline' {
        { $c, 'text' | Send-QwenMessage 'Hello' -ErrorAction Stop } | Should -Not -Throw -Because 'the conversation is sent on first'
        { 'text', $c | Send-QwenMessage 'Hello' -ErrorAction Stop } | Should -Throw -ErrorId 'QwenInvalidRequest*'
    }

    It 'says so when nothing came through the pipeline' {
        @() | Send-QwenMessage $c 'Hello' -WarningVariable warnings -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        $warnings | Should -Match 'nothing was sent'
    }

    It 'writes the pieces of a stream, the last with the reply' {
        $deltas = @(Send-QwenMessage $c 'Tell me a story' -Stream -Thinking Off)
        $deltas[-1].Kind | Should -Be 'Done'
        $deltas[-1].Reply.Text | Should -BeExactly '1: Tell me a story'
        ($deltas | Where-Object Kind -EQ 'Text') -join '' | Should -BeExactly '1: Tell me a story'
        $deltas[-1].Reply.TimeToFirstToken | Should -BeOfType timespan
        $c.Turns.Count | Should -Be 1
    }

    It 'makes the same reply streamed or not' {
        $whole = Send-QwenMessage $c 'Hello'
        $streamed = (Send-QwenMessage (New-QwenConversation -Api $_) 'Hello' -Stream)[-1].Reply
        foreach ($member in 'Text', 'Thinking', 'FinishReason', 'Model', 'State') {
            $streamed.$member | Should -Be $whole.$member -Because $member
        }
        $streamed.Usage.InputTokens | Should -Be $whole.Usage.InputTokens
        $streamed.Usage.OutputTokens | Should -Be $whole.Usage.OutputTokens
    }

    It 'shows thinking and keeps it, but does not send it back' {
        $reply = Send-QwenMessage $c 'Think' -Thinking On
        $reply.Thinking | Should -Not -BeNullOrEmpty
        $c.Turns[0].Thinking | Should -BeExactly $reply.Thinking
        $null = Send-QwenMessage $c 'Again' -Thinking Off
        $emulator.Requests[-1].Body | Should -Not -BeLike "*$($reply.Thinking.Substring(0, 20))*"
        (Send-QwenMessage $c 'Off' -Thinking Off).Thinking | Should -BeNullOrEmpty
    }

    It 'sends the instructions with every turn' {
        $c = New-QwenConversation -Api $_ -Instructions 'Be brief.'
        1..2 | ForEach-Object {
            $null = Send-QwenMessage $c 'Hello'
            $emulator.Requests[-1].Body | Should -BeLike '*Be brief.*'
        }
    }

    It 'keeps the options of the turn to the turn, and those of a beginning for the conversation' {
        $null = Send-QwenMessage $c 'Hello' -Temperature 0.5
        (Get-LastOption).temperature | Should -Be 0.5
        $null = Send-QwenMessage $c 'Hello'
        (Get-LastOption).ContainsKey('temperature') | Should -BeFalse
        $reply = Send-QwenMessage 'Hello' -Api $_ -Temperature 0.25
        $null = Send-QwenMessage $reply 'Again'
        (Get-LastOption).temperature | Should -Be 0.25
    }

    It 'merges -ExtraBody at the API''s own place and refuses what QwenChat writes itself' {
        $null = Send-QwenMessage $c 'Hello' -ExtraBody @{ presence_penalty = 0.5; stop = 'x', 'y' }
        (Get-LastOption).presence_penalty | Should -Be 0.5
        (Get-LastOption).stop | Should -Be 'x', 'y'
        $before = $emulator.Requests.Count
        { Send-QwenMessage $c 'Hello' -ExtraBody @{ model = 'x' } -ErrorAction Stop } | Should -Throw -ErrorId 'QwenInvalidRequest*'
        $emulator.Requests.Count | Should -Be $before
        $c.Turns.Count | Should -Be 1
    }

    It 'takes a text of any language, and lone surrogates, without a fault' {
        $text = "你好 ünïcödé 😀 `"quoted`" \ `u{0} $([char]0xD800)"
        (Send-QwenMessage $c $text).Text | Should -BeExactly ('1: ' + $text.Replace([char]0xD800, [char]0xFFFD))
    }
}

Describe 'What an interrupted turn leaves, over <_>' -ForEach 'ChatCompletions', 'Responses', 'DashScope' {
    It 'is the text that had arrived, and the next turn goes on from it' {
        $c = New-QwenConversation -Api $_
        $null = Send-QwenMessage $c 'First'
        $null = Send-QwenMessage $c 'one two three four five six' -Stream -Thinking Off | Select-Object -First 2
        $c.Turns.Count | Should -Be 2
        $c.Turns[1].State | Should -Be 'Interrupted'
        '2: one two three four five six' | Should -BeLike "$($c.Turns[1].Text)*"
        (Send-QwenMessage $c 'Go on').Text | Should -BeExactly '3: Go on'
    }

    It 'closes the connection at once' {
        $c = New-QwenConversation -Api $_
        $emulator.AddFault([QwenChat.QwenEmulatorFault]@{ DelayBetweenEvents = [timespan]::FromMilliseconds(50); EndlessEvents = $true })
        $null = Send-QwenMessage $c 'Hello' -Stream -Thinking Off | Select-Object -First 1
        Wait-Until { $emulator.ActiveRequests -eq 0 }
    }
}

Describe 'Options that an API does not take' {
    It 'refuses a thinking budget over Responses and names the way out' {
        { Send-QwenMessage 'x' -Api Responses -ThinkingBudget 100 -ErrorAction Stop } | Should -Throw '*-ReasoningEffort*' -ErrorId 'QwenInvalidRequest*'
    }

    It 'lowers a thinking budget to what the model takes, over <_>' -ForEach ChatCompletions, DashScope {
        $c = New-QwenConversation -Api $_ -Model qwen-plus -Thinking On -ThinkingBudget 100000
        $before = $emulator.Requests.Count
        $null = Send-QwenMessage $c 'x' -WarningVariable said -WarningAction SilentlyContinue
        "$said" | Should -BeLike '*38912*100000*'
        $null = Send-QwenMessage $c 'y' -WarningVariable again -WarningAction SilentlyContinue
        $again | Should -BeNullOrEmpty
        $emulator.Requests.Count | Should -Be ($before + 3)
        $emulator.Requests[-1].Body | Should -BeLike '*"thinking_budget":38912*'
    }

    It 'refuses budget and effort together over Chat Completions' {
        { Send-QwenMessage 'x' -Api ChatCompletions -ThinkingBudget 100 -ReasoningEffort low -ErrorAction Stop } | Should -Throw -ErrorId 'QwenInvalidRequest*'
    }

    It 'warns once that a seed is not sent over Responses' {
        $c = New-QwenConversation -Api Responses -Seed 7
        $null = Send-QwenMessage $c 'x' -WarningVariable first -WarningAction SilentlyContinue
        $null = Send-QwenMessage $c 'y' -WarningVariable second -WarningAction SilentlyContinue
        $first | Should -Match 'seed'
        $second | Should -BeNullOrEmpty
        $emulator.Requests[-2].Body | Should -Not -Match 'seed'
        $null = Send-QwenMessage 'x' -Api ChatCompletions -Seed 7
        (Get-LastBody).seed | Should -Be 7
    }

    It 'refuses fewer than 16 output tokens over Responses' {
        { Send-QwenMessage 'x' -Api Responses -MaxOutputTokens 5 -ErrorAction Stop } | Should -Throw -ErrorId 'QwenInvalidRequest*'
    }
}

Describe 'State at the service' {
    It 'continues a chain by the last response alone' {
        $c = New-QwenConversation -Api Responses
        $first = Send-QwenMessage $c 'One'
        $null = Send-QwenMessage $c 'Two'
        $body = Get-LastBody
        $body.previous_response_id | Should -Be $first.ResponseId
        @($body.input).Count | Should -Be 1
        $c.ExpiresAt | Should -BeGreaterThan ([datetimeoffset]::UtcNow.AddDays(6.9))
    }

    It 'sends the history and stores nothing when stateless' {
        $c = New-QwenConversation -Api Responses -Stateless
        $null = Send-QwenMessage $c 'One'
        (Send-QwenMessage $c 'Two').Text | Should -BeExactly '2: Two'
        $body = Get-LastBody
        $body.store | Should -BeFalse
        $body.ContainsKey('previous_response_id') | Should -BeFalse
    }

    It 'is rebuilt once, with a warning, when the service has forgotten it' {
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

    It 'continues a response made elsewhere, with its transcript' {
        $r = 'My name is John.', 'Remember it.' | Send-QwenMessage -Api Responses | Select-Object -Last 1
        $c = New-QwenConversation -PreviousResponseId $r.ResponseId
        $c.Turns.Message | Should -Be 'My name is John.', 'Remember it.'
        (Send-QwenMessage $c 'Who am I?').Text | Should -BeExactly '3: Who am I?'
        (Send-QwenMessage 'And now?' -PreviousResponseId $r.ResponseId).Text | Should -BeExactly '3: And now?'
    }

    It 'refuses a message id as a response id, before any request' {
        $before = $emulator.Requests.Count
        { Send-QwenMessage 'x' -PreviousResponseId msg_56c860c4 -ErrorAction Stop } | Should -Throw -ErrorId 'QwenInvalidResponseId*'
        $emulator.Requests.Count | Should -Be $before
    }
}

Describe 'Bad input' {
    BeforeEach { $c = New-QwenConversation -Api ChatCompletions }

    It 'refuses an empty message' -ForEach '', '   ' {
        { Send-QwenMessage $c $_ -ErrorAction Stop } | Should -Throw -ErrorId 'QwenInvalidRequest*'
    }

    It 'says which model is unknown' {
        { Send-QwenMessage $c 'x' -Model no-such-model -ErrorAction Stop } | Should -Throw -ErrorId 'QwenModelNotFound*'
    }

    It 'refuses -Api on a conversation that has begun' {
        { Send-QwenMessage $c 'x' -Api Responses -ErrorAction Stop } | Should -Throw -ErrorId 'PositionalParameterNotFound*'
        { $c | Send-QwenMessage 'x' -Api Responses -ErrorAction Stop } | Should -Throw '*Copy-QwenConversation*' -ErrorId 'QwenInvalidRequest*'
    }

    It 'does not wait for itself when it is sent on from within its own stream' {
        { Send-QwenMessage $c 'x' -Stream | ForEach-Object { Send-QwenMessage $c 'y' -ErrorAction Stop } } | Should -Throw -ErrorId 'QwenInvalidRequest*'
    }

    It 'leaves the conversation as it was, and carries what had arrived, when a stream breaks' -ForEach 'ChatCompletions', 'Responses' {
        $c = New-QwenConversation -Api $_
        $emulator.AddFault([QwenChat.QwenEmulatorFault]@{ CutAfterEvents = 8; Cut = 'Truncate' })
        $failure = { Send-QwenMessage $c 'one two three four five six seven eight nine' -Stream -Thinking Off -ErrorAction Stop } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'QwenStreamBroken,*'
        $failure.Exception.PartialReply.Text | Should -Not -BeNullOrEmpty
        $c.Turns.Count | Should -Be 0
    }
}

Describe 'In parallel' {
    It 'keeps the turns of one conversation in order' {
        $c = New-QwenConversation -Api ChatCompletions
        1..8 | ForEach-Object -Parallel { $null = Send-QwenMessage $using:c "m$_" } -ThrottleLimit 4
        $c.Turns.Count | Should -Be 8
        $c.Turns.Number | Should -Be (1..8)
        $c.Turns.Text | ForEach-Object { $_.Split(':')[0] } | Should -Be (1..8)
    }

    It 'holds many conversations at once' {
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

Describe 'As JSON' {
    It 'stays in proportion to the text' -ForEach 'ChatCompletions', 'Responses' {
        $c = New-QwenConversation -Api $_
        foreach ($i in 1..50) { $reply = Send-QwenMessage $c ('word ' * 40 + $i) -Thinking Off }
        $text = ($c.Turns | ForEach-Object { $_.Message.Length + $_.Text.Length } | Measure-Object -Sum).Sum
        ($c | ConvertTo-Json -Depth 10 -WarningAction SilentlyContinue).Length | Should -BeLessThan (12 * $text)
        ($reply | ConvertTo-Json -Depth 10 -WarningAction SilentlyContinue).Length | Should -BeLessThan (15 * $text)
    }
}
