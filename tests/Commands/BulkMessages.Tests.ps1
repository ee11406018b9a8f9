# Many messages through one command: -ForEachInput, -ThrottleLimit, -Ordered, and a script block as -Message.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/MediaFiles.ps1
    $emulator = Connect-TestEmulator

    # The first message of the conversation that a reply ends.
    function Get-Said { process { $_.Conversation.Turns[0].Message } }

    # What is refused is refused before any request.
    function Get-Refusal([scriptblock] $Script) {
        $before = $emulator.Requests.Count
        $refused = $null
        try { $null = & $Script } catch { $refused = $_ }
        $refused.FullyQualifiedErrorId | Should -Be 'QwenInvalidRequest,QwenChat.Commands.SendQwenMessageCommand'
        $emulator.Requests.Count | Should -Be $before
        "$refused"
    }

    # A fault for the request whose body has this text: the others are answered.
    function Send-WithFailure([object[]] $Items, [int] $Status, [int] $Limit, [hashtable] $More = @{}) {
        $emulator.AddFault([QwenChat.QwenEmulatorFault] @{ Status = $Status; Times = 1; Skip = 2 })
        try {
            $Items | Send-QwenMessage -ThrottleLimit $Limit -Connection $noRetries -ErrorVariable script:failures -ErrorAction SilentlyContinue @More
        }
        finally { $emulator.ClearFaults() }
    }
    [IO.File]::WriteAllBytes((Join-Path $TestDrive red.png), (New-TestPng))
    $noRetries = New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey -MaximumRetryCount 0
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'Each input is a message' {
    It 'of a conversation of its own, with its index and the input: <Name>' -ForEach @(
        @{ Name = '-ForEachInput'; How = @{ ForEachInput = $true } }
        @{ Name = 'one at once'; How = @{ ThrottleLimit = 1 } }
        @{ Name = 'four at once'; How = @{ ThrottleLimit = 4 } }
        @{ Name = 'four at once, ordered'; How = @{ ThrottleLimit = 4; Ordered = $true } }
    ) {
        $replies = 'a', 'b', 'c', 'd', 'e', 'f' | Send-QwenMessage @How
        $replies.Count | Should -Be 6
        if ($How.Ordered -or $How.ThrottleLimit -ne 4) { $replies.Index | Should -Be (0..5) }
        $replies | Sort-Object Index | ForEach-Object InputObject | Should -Be 'a', 'b', 'c', 'd', 'e', 'f'
        $replies | Sort-Object Index | Get-Said | Should -Be 'a', 'b', 'c', 'd', 'e', 'f'
        $replies | ForEach-Object { $_.Conversation.TurnCount } | Should -Be (1, 1, 1, 1, 1, 1)
        @($replies.Conversation.Id | Sort-Object -Unique).Count | Should -Be 6
    }

    It 'sends the same whatever the limit' {
        $bodies = foreach ($limit in 1, 3, 16) {
            $before = $emulator.Requests.Count
            $null = 1..9 | Send-QwenMessage 'Count' -ThrottleLimit $limit -Thinking Off -Api ChatCompletions -Seed 7
            ($emulator.Requests | Select-Object -Skip $before | ForEach-Object Body | Sort-Object) -join "`n"
        }
        @($bodies | Sort-Object -Unique).Count | Should -Be 1
    }

    It 'is the message with the input below it' {
        $said = 'one', [pscustomobject]@{ a = 1 }, 2.5 | Send-QwenMessage 'Look:' -ThrottleLimit 2 -Ordered | Get-Said
        $said | Should -Be "Look:`n`none", "Look:`n`n{`"a`":1}", "Look:`n`n2.5"
    }

    It 'has the file that is the input' {
        Set-Content (Join-Path $TestDrive one.txt) 'inside'
        $image = Join-Path $TestDrive red.png
        $plans = Get-Item (Join-Path $TestDrive one.txt), $image | Send-QwenMessage 'See:' -ForEachInput -DryRun -Model qwen3-vl-plus -Api ChatCompletions
        $plans.Count | Should -Be 2
        "$($plans[0].Body)" | Should -BeLike '*See:*--- one.txt ---*inside*'
        "$($plans[1].Body)" | Should -BeLike '*image_url*See:*'
    }

    It 'has the files that are named, each time' {
        $image = Join-Path $TestDrive red.png
        $plans = 'one', 'two' | Send-QwenMessage -Image $image -ForEachInput -DryRun -Model qwen3-vl-plus -Api ChatCompletions
        $plans | ForEach-Object { ("$($_.Body)" -split 'image_url').Count } | Should -Be (3, 3)
    }

    It 'is one turn on each conversation that is piped' {
        $conversations = 1..5 | ForEach-Object { New-QwenConversation -Instructions "Number $_." }
        $replies = $conversations | Send-QwenMessage 'Hello' -ThrottleLimit 3
        $replies.Count | Should -Be 5
        $conversations.TurnCount | Should -Be (1, 1, 1, 1, 1)
        $replies | ForEach-Object { [object]::ReferenceEquals($_.InputObject, $_.Conversation) } | Should -Not -Contain $false
    }

    It 'keeps the order of a conversation that is piped more than once' {
        $c = New-QwenConversation
        $script:number = 0
        $replies = $c, $c, $c, $c, $c | Send-QwenMessage -Message { "m$(($script:number++))" } -ThrottleLimit 4
        $replies.Count | Should -Be 5
        $c.Turns.Message | Should -Be 'm0', 'm1', 'm2', 'm3', 'm4'
    }

    It 'goes on from a reply, in a branch each' {
        $root = Send-QwenMessage 'My name is Ada.' -Thinking Off
        $replies = 'What is my name?', 'Say my name.' | Send-QwenMessage -Conversation $root -ThrottleLimit 2 -Ordered
        $replies.Text[0] | Should -Be 'Your name is Ada.'
        $replies.Conversation.TurnCount | Should -Be (2, 2)
        $root.Conversation.TurnCount | Should -Be 1
    }

    It 'is kept in a store' {
        $store = New-QwenStore (Join-Path $TestDrive bulk.db)
        $null = 1..12 | Send-QwenMessage 'Keep' -ThrottleLimit 6 -Store $store
        $kept = Get-QwenConversation -Store $store
        $kept.Count | Should -Be 12
        $kept.TurnCount | Sort-Object -Unique | Should -Be 1
        Close-QwenStore $store
    }

    It 'leaves nothing in the list of the session' {
        $before = @(Get-QwenConversation).Count
        $null = 1..5 | Send-QwenMessage -ThrottleLimit 2
        @(Get-QwenConversation).Count | Should -Be $before
    }

    It 'runs tools on the pipeline''s thread, several turns at once' {
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

    It 'is displayed or streamed one after the other' {
        ('a', 'b' | Send-QwenMessage -ForEachInput -Stream | Where-Object Reply).Reply.Index | Should -Be (0, 1)
        $shown = 'a', 'b' | Send-QwenMessage -ForEachInput -Show 6>$null
        $shown.InputObject | Should -Be 'a', 'b'
        $shown.Conversation.TurnCount | Should -Be (1, 1)
    }

    It 'is shown and not sent with -WhatIf' {
        $before = $emulator.Requests.Count
        'a', 'b' | Send-QwenMessage -ThrottleLimit 2 -WhatIf | Should -BeNullOrEmpty
        $emulator.Requests.Count | Should -Be $before
    }

    It 'is nothing where nothing is piped' {
        @() | Send-QwenMessage 'Hello' -ThrottleLimit 2 -WarningVariable told | Should -BeNullOrEmpty
        $told | Should -BeNullOrEmpty
        (Send-QwenMessage 'Hello' -ThrottleLimit 2).Conversation.Turns[0].Message | Should -Be 'Hello'
    }
}

Describe 'A script block as -Message' {
    It 'makes the message of each input, by name or by place' {
        $rows = [pscustomobject]@{ Text = 'a' }, [pscustomobject]@{ Text = 'b' }
        $rows | Send-QwenMessage -Message { "Classify: $($_.Text)" } -ThrottleLimit 2 -Ordered | Get-Said | Should -Be 'Classify: a', 'Classify: b'
        $rows | Send-QwenMessage { param($row) "Row: $($row.Text)" } -Ordered | Get-Said | Should -Be 'Row: a', 'Row: b'
        ($rows | Send-QwenMessage { 'x' } -Ordered).InputObject.Text | Should -Be 'a', 'b'
    }

    It 'sees the variables of its caller and may change them' {
        $prefix = 'P'
        $script:count = 0
        1, 2 | Send-QwenMessage { $script:count++; "$prefix$_" } -Ordered | Get-Said | Should -Be 'P1', 'P2'
        $count | Should -Be 2
    }

    It 'may write several things, files among them' {
        $image = Join-Path $TestDrive red.png
        $plan = 'red' | Send-QwenMessage { "Is it $($_)?"; 'Really?'; Get-Item $image } -DryRun -Model qwen3-vl-plus -Api ChatCompletions
        "$($plan.Body)" | Should -BeLike '*image_url*Is it red?\nReally?*'
        $plan = Get-Item $image | Send-QwenMessage { "What is $($_.Name)?" } -DryRun -Model qwen3-vl-plus -Api ChatCompletions
        "$($plan.Body)" | Should -BeLike '*image_url*What is red.png?*'
    }

    It 'fails for one input, and the others go on' {
        $replies = 1..5 | Send-QwenMessage {
            if ($_ % 2) { "n$_" } elseif ($_ -eq 2) { throw 'no twos' }
        } -ThrottleLimit 2 -Ordered -ErrorVariable failed -ErrorAction SilentlyContinue
        $replies.Index | Should -Be (0, 2, 4)
        $failed.TargetObject | Should -Be (2, 4)
        "$($failed[0])" | Should -BeLike '*no twos*'
        "$($failed[1])" | Should -BeLike '*wrote nothing*'
    }

    It 'is refused without pipeline input' {
        Get-Refusal { Send-QwenMessage -Message { 'x' } } | Should -BeLike '*script block*nothing is piped*'
        Get-Refusal { Send-QwenMessage { 'x' } } | Should -BeLike '*script block*nothing is piped*'
    }
}

Describe 'What does not go together' {
    It 'is refused before any request: <Name>' -ForEach @(
        @{ Name = 'a limit and -Stream'; Script = { 1, 2 | Send-QwenMessage -ThrottleLimit 2 -Stream }; Says = '*-Stream*-ThrottleLimit 2*-Stream:$false*' }
        @{ Name = 'a limit and -Show'; Script = { 1, 2 | Send-QwenMessage -ThrottleLimit 2 -Show }; Says = '*-Show*-ThrottleLimit 2*' }
        @{ Name = '-Ordered alone'; Script = { 1, 2 | Send-QwenMessage -Ordered }; Says = '*-Ordered*-ThrottleLimit*' }
        @{ Name = 'one name for all'; Script = { 1, 2 | Send-QwenMessage -ForEachInput -Name x }; Says = '*-Name*-Metadata*' }
        @{ Name = 'one file for all'; Script = { 1, 2 | Send-QwenMessage -ForEachInput -AudioPath x.wav }; Says = '*-AudioPath*reply.Audio*' }
        @{ Name = 'one conversation for all'; Script = { 1, 2 | Send-QwenMessage (New-QwenConversation) 'x' -ForEachInput }
        Says = '*-Conversation*reply*branch*' }
        @{ Name = 'results of tools'; Script = { 1, 2 | Send-QwenMessage -ForEachInput -ToolOutput @{ c1 = 'x' } }; Says = '*-ToolOutput*' }
    ) {
        Get-Refusal $Script | Should -BeLike $Says
    }

    It 'is refused where a limit is no number of messages' {
        { 1 | Send-QwenMessage -ThrottleLimit 0 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        { 1 | Send-QwenMessage -ThrottleLimit -1 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }

    It 'is an error of the input alone where the input is no message' {
        $replies = 'a', $null, @{ b = 1 }, 'c' | Send-QwenMessage -ThrottleLimit 3 -Ordered -ErrorVariable failed -ErrorAction SilentlyContinue
        $replies.Index | Should -Be (0, 3)
        $failed.Count | Should -Be 2
        $failed[1].TargetObject.b | Should -Be 1
    }
}

Describe 'A failure' {
    It 'is an error record with the input as its target, and the others go on: <_> at once' -ForEach 1, 4 {
        $replies = Send-WithFailure (1..6) 500 $_
        $replies.Count | Should -Be 5
        $failures.Count | Should -Be 1
        $failures[0].FullyQualifiedErrorId | Should -Be 'QwenServiceUnavailable,QwenChat.Commands.SendQwenMessageCommand'
        @($replies.InputObject) + $failures[0].TargetObject | Sort-Object | Should -Be (1..6)
    }

    It 'of one message in twenty leaves every input accounted for, once: <Name>' -ForEach @(
        @{ Name = 'as they complete'; How = @{} }
        @{ Name = 'in order'; How = @{ Ordered = $true } }
    ) {
        foreach ($number in 1..50) {
            $emulator.AddFault([QwenChat.QwenEmulatorFault] @{ Status = (500, 503, 429, 400)[$number % 4]; Skip = 19 })
        }
        try {
            $replies = 1..1000 | Send-QwenMessage 'Say' -ThrottleLimit 64 -Connection $noRetries -ErrorVariable failed -ErrorAction SilentlyContinue @How
        }
        finally { $emulator.ClearFaults() }
        $failed.Count | Should -Be 50
        @($replies.InputObject) + @($failed.TargetObject) | Sort-Object | Should -Be (1..1000)
        $replies | Where-Object { $_.Index -ne $_.InputObject - 1 -or ($_ | Get-Said) -ne "Say`n`n$($_.InputObject)" } | Should -BeNullOrEmpty
        if ($How.Ordered) { $replies.Index | Should -Be ($replies.Index | Sort-Object) }
    }

    It 'keeps a custom object as its target' {
        $null = Send-WithFailure @(1..3 | ForEach-Object { [pscustomobject]@{ Id = $_ } }) 500 1 @{ Message = 'Hello' }
        $failures[0].TargetObject.Id | Should -Be 3
    }

    It 'ends the command with -ErrorAction Stop' {
        $emulator.AddFault([QwenChat.QwenEmulatorFault] @{ Status = 500; Times = 1; Skip = 2 })
        { 1..6 | Send-QwenMessage -ThrottleLimit 2 -Connection $noRetries -ErrorAction Stop } | Should -Throw -ErrorId 'QwenServiceUnavailable,*'
        $emulator.ActiveRequests | Should -Be 0
    }

    It 'of the key ends the command at once, with one error' {
        $wrong = New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey 'sk-wrong'
        $before = $emulator.Requests.Count
        { 1..1000 | Send-QwenMessage -ThrottleLimit 4 -Connection $wrong } | Should -Throw -ErrorId 'QwenAuthenticationFailed,*'
        $emulator.Requests.Count - $before | Should -BeLessOrEqual 4
    }

    It 'of a limit ends the command when nothing else fits, whatever the number at once' {
        $counts = foreach ($limit in 1, 8) {
            $limited = New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey -TokenLimit 1500
            $replies = [Collections.Generic.List[object]]::new()
            { 1..100 | Send-QwenMessage 'Say' -ThrottleLimit $limit -Connection $limited -Thinking Off -WarningAction SilentlyContinue |
                ForEach-Object { $replies.Add($_) } } |
                Should -Throw -ErrorId 'QwenBudgetExceeded,*'
            ($replies.Usage.TotalTokens | Measure-Object -Sum).Sum | Should -BeLessOrEqual 1500
            $replies.Count
        }
        $counts[0] | Should -BeGreaterThan 3
        $counts[1] | Should -Be $counts[0]
    }

    It 'of a conversation''s own limit is that conversation''s alone' {
        $tight, $free, $other = (New-QwenConversation -TokenLimit 1), (New-QwenConversation), (New-QwenConversation)
        $replies = $tight, $free, $other | Send-QwenMessage 'Hello' -ThrottleLimit 2 -ErrorVariable failed -ErrorAction SilentlyContinue
        $replies.Count | Should -Be 2
        $failed.FullyQualifiedErrorId | Should -BeLike 'QwenBudgetExceeded,*'
        $failed[0].TargetObject | Should -Be $tight
    }
}

Describe 'The pipeline' {
    AfterEach { $emulator.ClearFaults() }

    It 'does not run ahead: at most <_> inputs are taken while none is answered' -ForEach 1, 5 {
        $limit = $_
        $emulator.AddFault([QwenChat.QwenEmulatorFault] @{ NeverAnswer = $true; Times = 100 })
        $made = [Collections.Concurrent.ConcurrentQueue[int]]::new()
        $result = Invoke-AndStop -Variable @{ made = $made; limit = $limit; connection = (Get-QwenConnection) } {
            Import-Module QwenChat
            1..100000 | ForEach-Object { $made.Enqueue($_); $_ } | Send-QwenMessage -ThrottleLimit $limit -Connection $connection
        } { $emulator.ActiveRequests -eq $limit }
        $made.Count | Should -BeLessOrEqual ($limit + 1)
        $result.State | Should -Be 'Stopped'
        $result.Errors | Should -BeNullOrEmpty
        $result.Output | Should -BeNullOrEmpty
        $emulator.ActiveRequests | Should -Be 0
    }

    It 'is held by what stands behind it' {
        $script:made = 0
        $script:ahead = 0
        1..60 | ForEach-Object { $script:made++; $_ } | Send-QwenMessage -ThrottleLimit 4 |
            ForEach-Object { $script:seen++; $script:ahead = [Math]::Max($script:ahead, $script:made - $script:seen) }
        $seen | Should -Be 60
        $ahead | Should -BeLessOrEqual 6
    }

    It 'stops with 64 under way' {
        $emulator.AddFault([QwenChat.QwenEmulatorFault] @{ NeverAnswer = $true; Times = 100 })
        $result = Invoke-AndStop -Variable @{ connection = (Get-QwenConnection) } {
            Import-Module QwenChat
            1..100 | Send-QwenMessage -ThrottleLimit 64 -Connection $connection
        } { $emulator.ActiveRequests -eq 64 }
        $result.Elapsed.TotalSeconds | Should -BeLessThan 5
        $result.Errors | Should -BeNullOrEmpty
        $emulator.ActiveRequests | Should -Be 0
    }

    It 'is left when Select-Object has enough, and the rest is cancelled' {
        $script:made = 0
        $emulator.AddFault([QwenChat.QwenEmulatorFault] @{ NeverAnswer = $true; Times = 100; Skip = 3 })
        $replies = 1..100000 | ForEach-Object { $script:made++; $_ } | Send-QwenMessage -ThrottleLimit 8 | Select-Object -First 3
        $replies.Count | Should -Be 3
        $made | Should -BeLessThan 13
        Wait-Until { $emulator.ActiveRequests -eq 0 }
    }

    It 'holds back what is out of order, up to four times the limit' {
        $emulator.AddFault([QwenChat.QwenEmulatorFault] @{ NeverAnswer = $true; Times = 1 })
        $made = [Collections.Concurrent.ConcurrentQueue[int]]::new()
        $result = Invoke-AndStop -Variable @{ made = $made; connection = (Get-QwenConnection) } {
            Import-Module QwenChat
            1..1000 | ForEach-Object { $made.Enqueue($_); $_ } | Send-QwenMessage -ThrottleLimit 3 -Ordered -Connection $connection
        } { $emulator.ActiveRequests -eq 1 -and $made.Count -ge 13 }
        # The first request to arrive is any of the first three inputs.
        $made.Count | Should -BeLessOrEqual 15
        $result.State | Should -Be 'Stopped'
    }

    It 'warns once of what all messages have in common, and loses no reply to a warning that ends it' {
        $told = $null
        $replies = 1..3 | Send-QwenMessage -ThrottleLimit 2 -Api Responses -Seed 7 -WarningVariable told -WarningAction SilentlyContinue
        $replies.Count | Should -Be 3
        $told.Count | Should -Be 1
        $got = [Collections.Generic.List[object]]::new()
        { 1..3 | Send-QwenMessage -ForEachInput -Api Responses -Seed 7 -WarningAction Stop | ForEach-Object { $got.Add($_) } } | Should -Throw
        $got.Count | Should -Be 1
    }
}

Describe 'Progress' {
    AfterEach { $emulator.ClearFaults() }

    It 'says what is done, failed and under way, the rate and the cost, and at the end how much time is left' {
        $emulator.AddFault([QwenChat.QwenEmulatorFault] @{ Status = 400; Body = '{"error":{"code":"x","message":"no"}}'; Times = 1 })
        $emulator.AddFault([QwenChat.QwenEmulatorFault] @{ DelayBeforeHeaders = [timespan]::FromMilliseconds(300); Times = 12 })
        $shell = [powershell]::Create().AddScript({
                param($connection, $manifest)
                Import-Module $manifest
                1..12 | Send-QwenMessage -ThrottleLimit 4 -Connection $connection -ErrorAction SilentlyContinue
            }).AddArgument((Get-QwenConnection)).AddArgument((Get-Module QwenChat).Path)
        try {
            $shell.Invoke().Count | Should -Be 11
            $records = $shell.Streams.Progress.ReadAll() | Where-Object Activity -EQ 'Sending messages'
            $records[0].StatusDescription | Should -Match '^\d+ done(, 1 failed)?, \d+ under way, [\d.,]+ a second(, [\d.,E-]+ CNY)?$'
            $records[0].PercentComplete | Should -Be -1
            @($records | Where-Object SecondsRemaining -GE 0).Count | Should -BeGreaterThan 0
            $records[-1].RecordType | Should -Be 'Completed'
        }
        finally { $shell.Dispose() }
    }
}

Describe 'A connection''s limits per minute' {
    AfterEach { $emulator.ClearFaults() }

    It 'space requests out, also those of several runspaces' {
        $limited = New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey -RequestsPerMinute 1200
        $watch = [Diagnostics.Stopwatch]::StartNew()
        (1..8 | Send-QwenMessage -ThrottleLimit 8 -Connection $limited).Count | Should -Be 8
        $null = 1..4 | ForEach-Object -Parallel { Import-Module QwenChat; Send-QwenMessage 'Hello' -Connection $using:limited } -ThrottleLimit 4
        # Twelve requests have eleven intervals of 50 ms.
        $watch.Elapsed.TotalMilliseconds | Should -BeGreaterThan 540
    }

    It 'hold back tokens' {
        $limited = New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey -TokensPerMinute 12000
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $replies = 1..4 | Send-QwenMessage 'Hello' -ThrottleLimit 4 -Connection $limited -Thinking Off
        $used = ($replies | Select-Object -First 3 | ForEach-Object { $_.Usage.TotalTokens } | Measure-Object -Sum).Sum
        # The tokens of three are worked off, 200 a second, before the fourth goes out. Of its own they are the same.
        $watch.Elapsed.TotalSeconds | Should -BeGreaterThan ($used / 200 * 0.9)
    }

    It 'are no matter of a 429 that passes: every input is answered' {
        $emulator.AddFault([QwenChat.QwenEmulatorFault] @{ Status = 429; Times = 5; Headers = @{ 'retry-after-ms' = '100' } })
        $replies = 1..20 | Send-QwenMessage -ThrottleLimit 10 -Ordered
        $replies.InputObject | Should -Be (1..20)
    }

    It 'are refused where they are no number: <_>' -ForEach 'RequestsPerMinute', 'TokensPerMinute' {
        $more = @{ $_ = 0 }
        { New-QwenConnection @more } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }
}
