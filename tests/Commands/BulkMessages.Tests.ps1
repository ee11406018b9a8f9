# Many messages sent by one command: -ForEachInput, -ThrottleLimit, -Ordered, and a script block as -Message.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Bulk.ps1
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'Each piped input' {
    It 'is a message in a separate conversation, and its reply has the index and the input: <Name>' -ForEach @(
        @{ Name = '-ForEachInput'; How = @{ ForEachInput = $true } }
        @{ Name = 'one at a time'; How = @{ ThrottleLimit = 1 } }
        @{ Name = 'four concurrently'; How = @{ ThrottleLimit = 4 } }
        @{ Name = 'four concurrently, ordered'; How = @{ ThrottleLimit = 4; Ordered = $true } }
    ) {
        $replies = 'a', 'b', 'c', 'd', 'e', 'f' | Send-QwenMessage @How
        $replies.Count | Should -Be 6
        if ($How.Ordered -or $How.ThrottleLimit -ne 4) { $replies.Index | Should -Be (0..5) }
        $replies | Sort-Object Index | ForEach-Object InputObject | Should -Be 'a', 'b', 'c', 'd', 'e', 'f'
        $replies | Sort-Object Index | Get-Said | Should -Be 'a', 'b', 'c', 'd', 'e', 'f'
        $replies | ForEach-Object { $_.Conversation.TurnCount } | Should -Be (1, 1, 1, 1, 1, 1)
        @($replies.Conversation.Id | Sort-Object -Unique).Count | Should -Be 6
    }

    It 'is sent in the same request with any -ThrottleLimit' {
        $bodies = foreach ($limit in 1, 3, 16) {
            $before = $emulator.Requests.Count
            $null = 1..9 | Send-QwenMessage 'Count' -ThrottleLimit $limit -Thinking Off -Api ChatCompletions -Seed 7
            ($emulator.Requests | Select-Object -Skip $before | ForEach-Object Body | Sort-Object) -join "`n"
        }
        @($bodies | Sort-Object -Unique).Count | Should -Be 1
    }

    It 'is added to the text of -Message' {
        $said = 'one', [pscustomobject]@{ a = 1 }, 2.5 | Send-QwenMessage 'Look:' -ThrottleLimit 2 -Ordered | Get-Said
        $said | Should -Be "Look:`n`none", "Look:`n`n{`"a`":1}", "Look:`n`n2.5"
    }

    It 'is attached if it is a file' {
        Set-Content (Join-Path $TestDrive one.txt) 'inside'
        $image = Join-Path $TestDrive red.png
        $plans = Get-Item (Join-Path $TestDrive one.txt), $image | Send-QwenMessage 'See:' -ForEachInput -DryRun -Model qwen3-vl-plus -Api ChatCompletions
        $plans.Count | Should -Be 2
        "$($plans[0].Body)" | Should -BeLike '*See:*--- one.txt ---*inside*'
        "$($plans[1].Body)" | Should -BeLike '*image_url*See:*'
    }

    It 'is sent with the files specified by parameters' {
        $image = Join-Path $TestDrive red.png
        $plans = 'one', 'two' | Send-QwenMessage -Image $image -ForEachInput -DryRun -Model qwen3-vl-plus -Api ChatCompletions
        $plans | ForEach-Object { ("$($_.Body)" -split 'image_url').Count } | Should -Be (3, 3)
    }

    It 'gets one turn if it is a conversation' {
        $conversations = 1..5 | ForEach-Object { New-QwenConversation -Instructions "Number $_." }
        $replies = $conversations | Send-QwenMessage 'Hello' -ThrottleLimit 3
        $replies.Count | Should -Be 5
        $conversations.TurnCount | Should -Be (1, 1, 1, 1, 1)
        $replies | ForEach-Object { [object]::ReferenceEquals($_.InputObject, $_.Conversation) } | Should -Not -Contain $false
    }

    It 'gets its turns in order if the same conversation is piped several times' {
        $c = New-QwenConversation
        $script:number = 0
        $replies = $c, $c, $c, $c, $c | Send-QwenMessage -Message { "m$(($script:number++))" } -ThrottleLimit 4
        $replies.Count | Should -Be 5
        $c.Turns.Message | Should -Be 'm0', 'm1', 'm2', 'm3', 'm4'
    }

    It 'is sent on a separate branch if -Conversation is a reply' {
        $root = Send-QwenMessage 'My name is Ada.' -Thinking Off
        $replies = 'What is my name?', 'Say my name.' | Send-QwenMessage -Conversation $root -ThrottleLimit 2 -Ordered
        $replies.Text[0] | Should -Be 'Your name is Ada.'
        $replies.Conversation.TurnCount | Should -Be (2, 2)
        $root.Conversation.TurnCount | Should -Be 1
    }

    It 'is stored with -Store' {
        $store = New-QwenStore (Join-Path $TestDrive bulk.db)
        $null = 1..12 | Send-QwenMessage 'Keep' -ThrottleLimit 6 -Store $store
        $kept = Get-QwenConversation -Store $store
        $kept.Count | Should -Be 12
        $kept.TurnCount | Sort-Object -Unique | Should -Be 1
        Close-QwenStore $store
    }

    It 'has a conversation that is not listed in the session' {
        $before = @(Get-QwenConversation).Count
        $null = 1..5 | Send-QwenMessage -ThrottleLimit 2
        @(Get-QwenConversation).Count | Should -Be $before
    }

    It 'can lead to tool calls, which run on the pipeline''s thread even if several turns are in progress' {
        $calling = Start-QwenEmulator -Reply {
            param($Request)
            if ($Request.Messages[-1].Role -eq 'tool') { "Result: $($Request.Messages[-1].Text)" }
            else { @{ ToolCalls = @(@{ Id = 'c1'; Name = 'double'; Arguments = @{ Number = [int] $Request.Messages[-1].Text } }) } }
        }
        try {
            $script:threads = [Collections.Generic.List[int]]::new()
            $double = New-QwenTool double { param([Parameter(Mandatory)] [int] $Number) $script:threads.Add([Environment]::CurrentManagedThreadId)
            2 * $Number }
            $replies = 1..8 | Send-QwenMessage -ThrottleLimit 4 -Ordered -Tool $double -ToolApproval Never -Connection ($calling | New-QwenConnection)
            $replies.Text | Should -Be (1..8 | ForEach-Object { "Result: $(2 * $_)" })
            $threads | Sort-Object -Unique | Should -Be ([Environment]::CurrentManagedThreadId)
        }
        finally { $calling | Stop-QwenEmulator }
    }

    It 'is sent sequentially with -Stream or -Show' {
        ('a', 'b' | Send-QwenMessage -ForEachInput -Stream | Where-Object Reply).Reply.Index | Should -Be (0, 1)
        $shown = 'a', 'b' | Send-QwenMessage -ForEachInput -Show 6>$null
        $shown.InputObject | Should -Be 'a', 'b'
        $shown.Conversation.TurnCount | Should -Be (1, 1)
    }

    It 'is shown but not sent with -WhatIf' {
        $before = $emulator.Requests.Count
        'a', 'b' | Send-QwenMessage -ThrottleLimit 2 -WhatIf | Should -BeNullOrEmpty
        $emulator.Requests.Count | Should -Be $before
    }

    It 'is required if there is a pipeline: nothing is sent if the pipeline is empty' {
        @() | Send-QwenMessage 'Hello' -ThrottleLimit 2 -WarningVariable told | Should -BeNullOrEmpty
        $told | Should -BeNullOrEmpty
        (Send-QwenMessage 'Hello' -ThrottleLimit 2).Conversation.Turns[0].Message | Should -Be 'Hello'
    }
}

Describe 'A script block as -Message' {
    It 'creates the message for each input, by name or by position' {
        $rows = [pscustomobject]@{ Text = 'a' }, [pscustomobject]@{ Text = 'b' }
        $rows | Send-QwenMessage -Message { "Classify: $($_.Text)" } -ThrottleLimit 2 -Ordered | Get-Said | Should -Be 'Classify: a', 'Classify: b'
        $rows | Send-QwenMessage { param($row) "Row: $($row.Text)" } -Ordered | Get-Said | Should -Be 'Row: a', 'Row: b'
        ($rows | Send-QwenMessage { 'x' } -Ordered).InputObject.Text | Should -Be 'a', 'b'
    }

    It 'can read and change the variables of its caller' {
        $prefix = 'P'
        $script:count = 0
        1, 2 | Send-QwenMessage { $script:count++; "$prefix$_" } -Ordered | Get-Said | Should -Be 'P1', 'P2'
        $count | Should -Be 2
    }

    It 'can write several objects, including files' {
        $image = Join-Path $TestDrive red.png
        $plan = 'red' | Send-QwenMessage { "Is it $($_)?"; 'Really?'; Get-Item $image } -DryRun -Model qwen3-vl-plus -Api ChatCompletions
        "$($plan.Body)" | Should -BeLike '*image_url*Is it red?\nReally?*'
        $plan = Get-Item $image | Send-QwenMessage { "What is $($_.Name)?" } -DryRun -Model qwen3-vl-plus -Api ChatCompletions
        "$($plan.Body)" | Should -BeLike '*image_url*What is red.png?*'
    }

    It 'can fail for one input, and the other inputs are still sent' {
        $replies = 1..5 | Send-QwenMessage {
            if ($_ % 2) { "n$_" } elseif ($_ -eq 2) { throw 'no twos' }
        } -ThrottleLimit 2 -Ordered -ErrorVariable failed -ErrorAction SilentlyContinue
        $replies.Index | Should -Be (0, 2, 4)
        $failed.TargetObject | Should -Be (2, 4)
        "$($failed[0])" | Should -BeLike '*no twos*'
        "$($failed[1])" | Should -BeLike '*returned nothing*'
    }

    It 'is rejected without pipeline input' {
        Get-Refusal { Send-QwenMessage -Message { 'x' } } | Should -BeLike '*script block*nothing was piped*'
        Get-Refusal { Send-QwenMessage { 'x' } } | Should -BeLike '*script block*nothing was piped*'
    }
}

Describe 'An invalid combination' {
    BeforeAll { $held = New-QwenConversation -Name held; $null = Send-QwenMessage $held 'Hello' }

    It 'is rejected before any request: <Name>' -ForEach @(
        @{ Name = 'a limit and -Stream'; Script = { 1, 2 | Send-QwenMessage -ThrottleLimit 2 -Stream }; Says = '*-Stream*-ThrottleLimit 2*-Stream:$false*' }
        @{ Name = 'a limit and -Show'; Script = { 1, 2 | Send-QwenMessage -ThrottleLimit 2 -Show }; Says = '*-Show*-ThrottleLimit 2*' }
        @{ Name = '-Ordered alone'; Script = { 1, 2 | Send-QwenMessage -Ordered }; Says = '*-Ordered*-ThrottleLimit*' }
        @{ Name = 'one name for all'; Script = { 1, 2 | Send-QwenMessage -ForEachInput -Name x }; Says = '*-Name*-Metadata*' }
        @{ Name = 'one file for all'; Script = { 1, 2 | Send-QwenMessage -ForEachInput -AudioPath x.wav }; Says = '*-AudioPath*reply.Audio*' }
        @{ Name = 'one conversation for all'; Script = { 1, 2 | Send-QwenMessage (New-QwenConversation) 'x' -ForEachInput }
        Says = '*-Conversation*reply*branch*' }
        @{ Name = 'a response to continue from'; Script = { 1, 2 | Send-QwenMessage -ForEachInput -PreviousResponseId resp_1 }
            Says = '*-PreviousResponseId*-Conversation*branch*' }
        @{ Name = 'a response, and a limit'; Script = { 1, 2 | Send-QwenMessage -ThrottleLimit 2 -PreviousResponseId resp_1 }
            Says = '*-PreviousResponseId*-Conversation*branch*' }
        @{ Name = 'a conversation object'; Script = { 1, 2 | Send-QwenMessage -ForEachInput -ConversationId conv_1 }
            Says = '*-ConversationId*one turn at a time*' }
        @{ Name = 'a conversation object, and a script block'; Script = { 1, 2 | Send-QwenMessage { "x $_" } -ConversationId conv_1 }
            Says = '*-ConversationId*one turn at a time*' }
        @{ Name = 'one conversation for all, by its name'; Script = { 1, 2 | Send-QwenMessage held 'x' -ThrottleLimit 2 }
            Says = '*-Conversation*reply*branch*' }
        @{ Name = '-Ordered and -Stream'; Script = { 1, 2 | Send-QwenMessage -Ordered -Stream }; Says = '*-Ordered*-ThrottleLimit*' }
        @{ Name = 'results of tools'; Script = { 1, 2 | Send-QwenMessage -ForEachInput -ToolOutput @{ c1 = 'x' } }; Says = '*-ToolOutput*' }
    ) {
        Get-Refusal $Script | Should -BeLike $Says
    }

    It 'is rejected for an invalid limit' {
        { 1 | Send-QwenMessage -ThrottleLimit 0 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        { 1 | Send-QwenMessage -ThrottleLimit -1 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }

    It 'fails only the piped conversation if -Conversation is also specified' {
        $from = Send-QwenMessage 'Start'
        $before = $emulator.Requests.Count
        $replies = (New-QwenConversation), 'text' | Send-QwenMessage 'x' -Conversation $from -ForEachInput -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.FullyQualifiedErrorId | Should -Be 'QwenInvalidRequest,QwenChat.Commands.SendQwenMessageCommand'
        "$failed" | Should -BeLike '*both specified with -Conversation and piped*'
        $replies.InputObject | Should -Be 'text'
        $emulator.Requests.Count - $before | Should -Be 1
    }

    It 'fails only the inputs that are not messages' {
        $replies = 'a', $null, @{ b = 1 }, 'c' | Send-QwenMessage -ThrottleLimit 3 -Ordered -ErrorVariable failed -ErrorAction SilentlyContinue
        $replies.Index | Should -Be (0, 3)
        $failed.Count | Should -Be 2
        $failed[1].TargetObject.b | Should -Be 1
    }
}
