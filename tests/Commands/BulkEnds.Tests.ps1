# Bulk messages: failures, downstream commands, limits per minute, and progress.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Bulk.ps1
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'A failure' {
    It 'is an error record with the input as its target, and the other inputs are still sent, with -ThrottleLimit <_>' -ForEach 1, 4 {
        $replies = Send-WithFailure (1..6) 500 $_
        $replies.Count | Should -Be 5
        $failures.Count | Should -Be 1
        $failures[0].FullyQualifiedErrorId | Should -Be 'QwenServiceUnavailable,QwenChat.Commands.SendQwenMessageCommand'
        @($replies.InputObject) + $failures[0].TargetObject | Sort-Object | Should -Be (1..6)
    }

    It 'of one message in twenty leaves each input with exactly one outcome: <Name>' -ForEach @(
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

    It 'caused by the key ends the command immediately, with one error' {
        $wrong = New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey 'sk-wrong'
        $before = $emulator.Requests.Count
        { 1..1000 | Send-QwenMessage -ThrottleLimit 4 -Connection $wrong } | Should -Throw -ErrorId 'QwenAuthenticationFailed,*'
        $emulator.Requests.Count - $before | Should -BeLessOrEqual 4
    }

    It 'caused by a limit ends the command when no other message fits, for any -ThrottleLimit' {
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

    It 'caused by a conversation''s own limit affects only that conversation' {
        $tight, $free, $other = (New-QwenConversation -TokenLimit 1), (New-QwenConversation), (New-QwenConversation)
        $replies = $tight, $free, $other | Send-QwenMessage 'Hello' -ThrottleLimit 2 -ErrorVariable failed -ErrorAction SilentlyContinue
        $replies.Count | Should -Be 2
        $failed.FullyQualifiedErrorId | Should -BeLike 'QwenBudgetExceeded,*'
        $failed[0].TargetObject | Should -Be $tight
    }
}

Describe 'The pipeline' {
    AfterEach { $emulator.ClearFaults() }

    It 'is read ahead by at most <_> inputs before the first answer' -ForEach 1, 5 {
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

    It 'waits for downstream commands' {
        $script:made = 0
        $script:ahead = 0
        1..60 | ForEach-Object { $script:made++; $_ } | Send-QwenMessage -ThrottleLimit 4 |
            ForEach-Object { $script:seen++; $script:ahead = [Math]::Max($script:ahead, $script:made - $script:seen) }
        $seen | Should -Be 60
        $ahead | Should -BeLessOrEqual 6
    }

    It 'stops with 64 pending messages' {
        $emulator.AddFault([QwenChat.QwenEmulatorFault] @{ NeverAnswer = $true; Times = 100 })
        $result = Invoke-AndStop -Variable @{ connection = (Get-QwenConnection) } {
            Import-Module QwenChat
            1..100 | Send-QwenMessage -ThrottleLimit 64 -Connection $connection
        } { $emulator.ActiveRequests -eq 64 }
        $result.Elapsed.TotalSeconds | Should -BeLessThan 5
        $result.Errors | Should -BeNullOrEmpty
        $emulator.ActiveRequests | Should -Be 0
    }

    It 'ends when Select-Object needs no more replies, and pending requests are canceled' {
        $script:made = 0
        $emulator.AddFault([QwenChat.QwenEmulatorFault] @{ NeverAnswer = $true; Times = 100; Skip = 3 })
        $replies = 1..100000 | ForEach-Object { $script:made++; $_ } | Send-QwenMessage -ThrottleLimit 8 | Select-Object -First 3
        $replies.Count | Should -Be 3
        $made | Should -BeLessThan 13
        Wait-Until { $emulator.ActiveRequests -eq 0 }
    }

    It 'is read at most four times -ThrottleLimit inputs past an unanswered input with -Ordered' {
        $emulator.AddFault([QwenChat.QwenEmulatorFault] @{ NeverAnswer = $true; Times = 1 })
        $made = [Collections.Concurrent.ConcurrentQueue[int]]::new()
        $result = Invoke-AndStop -Variable @{ made = $made; connection = (Get-QwenConnection) } {
            Import-Module QwenChat
            1..1000 | ForEach-Object { $made.Enqueue($_); $_ } | Send-QwenMessage -ThrottleLimit 3 -Ordered -Connection $connection
        } { $emulator.ActiveRequests -eq 1 -and $made.Count -ge 13 }
        # Twelve inputs can follow the unanswered input, which can be any of the first three.
        $made.Count | Should -BeLessOrEqual 15
        $result.State | Should -Be 'Stopped'
    }

    It 'shows a repeated warning once, and loses no reply if a warning ends the command' {
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

    It 'shows completed, failed and pending messages, rate, cost and remaining time' {
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
            $records[0].StatusDescription | Should -Match '^\d+ done(, 1 failed)?, \d+ running, [\d.,]+ per second(, [\d.,E-]+ CNY)?$'
            $records[0].PercentComplete | Should -Be -1
            @($records | Where-Object SecondsRemaining -GE 0).Count | Should -BeGreaterThan 0
            $records[-1].RecordType | Should -Be 'Completed'
        }
        finally { $shell.Dispose() }
    }
}

Describe 'A connection''s limits per minute' {
    AfterEach { $emulator.ClearFaults() }

    It 'space out requests, including across runspaces' {
        $limited = New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey -RequestsPerMinute 1200
        $watch = [Diagnostics.Stopwatch]::StartNew()
        (1..8 | Send-QwenMessage -ThrottleLimit 8 -Connection $limited).Count | Should -Be 8
        $null = 1..4 | ForEach-Object -Parallel { Import-Module QwenChat; Send-QwenMessage 'Hello' -Connection $using:limited } -ThrottleLimit 4
        # Twelve requests have eleven intervals of 50 ms.
        $watch.Elapsed.TotalMilliseconds | Should -BeGreaterThan 540
    }

    It 'apply to tokens' {
        $limited = New-QwenConnection -BaseUri $emulator.BaseUri -ApiKey $emulator.ApiKey -TokensPerMinute 12000
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $replies = 1..4 | Send-QwenMessage 'Hello' -ThrottleLimit 4 -Connection $limited -Thinking Off
        $used = ($replies | Select-Object -First 3 | ForEach-Object { $_.Usage.TotalTokens } | Measure-Object -Sum).Sum
        # At 200 tokens per second, the fourth request waits for the tokens of the first three. All requests have the same number of tokens.
        $watch.Elapsed.TotalSeconds | Should -BeGreaterThan ($used / 200 * 0.9)
    }

    It 'lose no input when the service temporarily returns status 429' {
        $emulator.AddFault([QwenChat.QwenEmulatorFault] @{ Status = 429; Times = 5; Headers = @{ 'retry-after-ms' = '100' } })
        $replies = 1..20 | Send-QwenMessage -ThrottleLimit 10 -Ordered
        $replies.InputObject | Should -Be (1..20)
    }

    It 'must be positive numbers: <_>' -ForEach 'RequestsPerMinute', 'TokensPerMinute' {
        $more = @{ $_ = 0 }
        { New-QwenConnection @more } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }
}
