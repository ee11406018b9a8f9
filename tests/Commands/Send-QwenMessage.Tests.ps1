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

Describe 'Sending with <_>' -ForEach 'ChatCompletions', 'Responses', 'DashScope' {
    BeforeEach { $c = New-QwenConversation -Api $_ }

    It 'begins a conversation with the defaults' {
        $reply = Send-QwenMessage 'Hello' -Api $_
        "$reply" | Should -BeExactly '1: Hello'
        $reply.Conversation.Api | Should -Be $_
        $reply.Conversation.Model | Should -Be 'qwen3.6-plus'
    }

    It 'accepts conversation and message by position' {
        (Send-QwenMessage $c 'Hello').Text | Should -BeExactly '1: Hello'
        (Send-QwenMessage $c 'Again').Text | Should -BeExactly '2: Again'
        $c.Turns.Count | Should -Be 2
        $c.Turns.Message | Should -Be 'Hello', 'Again'
    }

    It 'accepts a conversation from the pipeline' {
        ($c | Send-QwenMessage 'Hello').Text | Should -BeExactly '1: Hello'
        $c.Turns.Count | Should -Be 1
    }

    It 'begins a branch from the specified reply, and does not change the conversation of the reply' {
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

    It 'sends each string as a turn, in order' {
        $replies = 'one', 'two' | Send-QwenMessage -Conversation $c
        $replies.Text | Should -Be '1: one', '2: two'
        $c.Turns.Count | Should -Be 2
    }

    It 'begins one conversation for all strings without -Conversation' {
        $replies = 'one', 'two' | Send-QwenMessage -Api $_
        $replies.Text | Should -Be '1: one', '2: two'
        [object]::ReferenceEquals($replies[0].Conversation, $replies[1].Conversation) | Should -BeTrue
    }

    It 'ends at the first string that fails, and keeps the earlier turns' {
        $emulator.AddFault([QwenChat.QwenEmulatorFault]@{ Status = 400; Skip = 1 })
        { 'one', 'two', 'three' | Send-QwenMessage -Conversation $c -ErrorAction Stop } | Should -Throw -ErrorId 'QwenInvalidRequest*'
        $c.Turns.Message | Should -Be 'one'
    }

    It 'sends strings with a message as one turn' {
        $reply = 'line 1', 'line 2' | Send-QwenMessage $c 'Why?'
        $reply.Text | Should -BeExactly "1: Why?`n`nline 1`nline 2"
        $c.Turns.Count | Should -Be 1
    }

    It 'sends a text file with a message, with its name' {
        Set-Content $TestDrive/app.log 'stopped' -NoNewline
        $reply = Get-Item $TestDrive/app.log | Send-QwenMessage $c 'Why?'
        $reply.Text | Should -BeExactly "1: Why?`n`n--- app.log ---`nstopped"
    }

    It 'sends other objects as data with a message' {
        $reply = [pscustomobject]@{ Name = 'disk'; Free = 7 } | Send-QwenMessage $c 'Enough?'
        $reply.Text | Should -BeExactly "1: Enough?`n`n{`"Name`":`"disk`",`"Free`":7}"
    }

    It 'rejects more than 200,000 characters with a message, before any request' {
        $before = $emulator.Requests.Count
        { 'x' * 200001 | Send-QwenMessage $c 'Why?' -ErrorAction Stop } | Should -Throw -ErrorId 'QwenInvalidRequest*'
        $emulator.Requests.Count | Should -Be $before
    }

    It 'sends one turn to each of many conversations, and reports each failure separately' {
        $d = New-QwenConversation -Api $_
        $emulator.AddFault([QwenChat.QwenEmulatorFault]@{ Status = 400; Skip = 1 })
        $e = New-QwenConversation -Api $_
        $replies = $c, $d, $e | Send-QwenMessage 'And in French?' -ErrorAction SilentlyContinue -ErrorVariable failures
        $replies.Count | Should -Be 2
        $failures.Count | Should -Be 1
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'QwenInvalidRequest,*'
        $c.Turns.Count, $d.Turns.Count, $e.Turns.Count | Should -Be 1, 0, 1
    }

    It 'rejects a conversation that is piped after other objects' {
        { $c, 'text' | Send-QwenMessage 'Hello' -ErrorAction Stop } | Should -Not -Throw -Because 'the first object is a conversation'
        { 'text', $c | Send-QwenMessage 'Hello' -ErrorAction Stop } | Should -Throw -ErrorId 'QwenInvalidRequest*'
    }

    It 'warns if the pipeline is empty' {
        @() | Send-QwenMessage $c 'Hello' -WarningVariable warnings -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        $warnings | Should -Match 'nothing was sent'
    }

    It 'writes the chunks of a stream, the last with the reply' {
        $deltas = @(Send-QwenMessage $c 'Tell me a story' -Stream -Thinking Off)
        $deltas[-1].Kind | Should -Be 'Done'
        $deltas[-1].Reply.Text | Should -BeExactly '1: Tell me a story'
        ($deltas | Where-Object Kind -EQ 'Text') -join '' | Should -BeExactly '1: Tell me a story'
        $deltas[-1].Reply.TimeToFirstToken | Should -BeOfType timespan
        $c.Turns.Count | Should -Be 1
    }

    It 'returns the same reply whether it is streamed or not' {
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

    It 'applies options to the turn, or to the conversation if it is new' {
        $null = Send-QwenMessage $c 'Hello' -Temperature 0.5
        (Get-LastOption).temperature | Should -Be 0.5
        $null = Send-QwenMessage $c 'Hello'
        (Get-LastOption).ContainsKey('temperature') | Should -BeFalse
        $reply = Send-QwenMessage 'Hello' -Api $_ -Temperature 0.25
        $null = Send-QwenMessage $reply 'Again'
        (Get-LastOption).temperature | Should -Be 0.25
    }

    It 'adds the fields of -ExtraBody to the options, and rejects fields that QwenChat itself writes' {
        $null = Send-QwenMessage $c 'Hello' -ExtraBody @{ presence_penalty = 0.5; stop = 'x', 'y' }
        (Get-LastOption).presence_penalty | Should -Be 0.5
        (Get-LastOption).stop | Should -Be 'x', 'y'
        $before = $emulator.Requests.Count
        { Send-QwenMessage $c 'Hello' -ExtraBody @{ model = 'x' } -ErrorAction Stop } | Should -Throw -ErrorId 'QwenInvalidRequest*'
        $emulator.Requests.Count | Should -Be $before
        $c.Turns.Count | Should -Be 1
    }

    It 'accepts text of any language, and lone surrogates' {
        $text = "你好 ünïcödé 😀 `"quoted`" \ `u{0} $([char]0xD800)"
        (Send-QwenMessage $c $text).Text | Should -BeExactly ('1: ' + $text.Replace([char]0xD800, [char]0xFFFD))
    }
}

Describe 'An interrupted turn with <_>' -ForEach 'ChatCompletions', 'Responses', 'DashScope' {
    It 'keeps the text so far, and the next turn continues from it' {
        $c = New-QwenConversation -Api $_
        $null = Send-QwenMessage $c 'First'
        $null = Send-QwenMessage $c 'one two three four five six' -Stream -Thinking Off | Select-Object -First 2
        $c.Turns.Count | Should -Be 2
        $c.Turns[1].State | Should -Be 'Interrupted'
        '2: one two three four five six' | Should -BeLike "$($c.Turns[1].Text)*"
        (Send-QwenMessage $c 'Go on').Text | Should -BeExactly '3: Go on'
    }

    It 'closes the connection immediately' {
        $c = New-QwenConversation -Api $_
        $emulator.AddFault([QwenChat.QwenEmulatorFault]@{ DelayBetweenEvents = [timespan]::FromMilliseconds(50); EndlessEvents = $true })
        $null = Send-QwenMessage $c 'Hello' -Stream -Thinking Off | Select-Object -First 1
        Wait-Until { $emulator.ActiveRequests -eq 0 }
    }
}
