# Stops a command in every phase. The command must leave no connection open, and leave the conversation in the documented state. Without a stop, each
# command would run for minutes, or for 6 s if its store is locked. tests/Benchmarks/Stop.ps1 measures how long a stop takes.

BeforeDiscovery {
    . $PSScriptRoot/StopPhases.ps1
    $apis = 'ChatCompletions', 'Responses', 'Conversations', 'DashScope'
    # Every phase is tested with Ctrl+C and every API, and with Stop-Job and one API.
    $turns = foreach ($api in $apis) {
        foreach ($case in $turnPhases |
            Where-Object { $_.not -ne $api -and $_.only -in $null, $api }) { @{ by = 'Ctrl+C'; api = $api; phase = $case.phase; case = $case } }
    }
    $next = 0
    $turns += foreach ($case in $turnPhases) {
        $possible = @($apis | Where-Object { $case.not -ne $_ -and $case.only -in $null, $_ })
        $api = $possible[$next++ % $possible.Count]
        @{ by = 'Stop-Job'; api = $api; phase = $case.phase; case = $case }
    }
    $others = foreach ($by in 'Ctrl+C', 'Stop-Job') { foreach ($case in $otherPhases) { @{ by = $by; phase = $case.phase; case = $case } } }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/StopPhases.ps1
    $emulator = Connect-TestEmulator -Emulator @{ Reply = { 'one two three four five six seven eight' } }

    function Assert-Stopped($Result, $Phase) {
        $Result.Elapsed.TotalSeconds | Should -BeLessThan ($Phase.locked ? 5 : 10)
        $Result.State | Should -Be 'Stopped'
        $Result.Errors | Should -BeNullOrEmpty -Because 'a stop must write no error'
        $emulator.ActiveRequests | Should -Be 0
    }
}

AfterAll {
    Stop-QwenEmulator
    Remove-Module QwenChat
}

Describe 'A turn is stopped by <by> with <api>' -ForEach $turns {
    It '<phase>' {
        $result = Invoke-StoppedPhase $case -Api $api -By $by
        Assert-Stopped $result $case
        $c = $result.Conversation
        # With -Show, text may or may not have arrived before the stop, so any number of turns is accepted (-1).
        $turns = if ($case.turns -lt 0) { $c.Turns.Count } else { $case.turns }
        $c.Turns.Count | Should -Be $turns
        $c.Turns[0].State | Should -Be 'Completed'
        if ($turns -eq 2) {
            $c.Turns[1].State | Should -Be ($case.state ?? 'Interrupted')
            $c.Turns[1].Text | Should -Match '^one'
        }
        (Send-QwenMessage $c 'And on' -WarningAction SilentlyContinue).Text | Should -Match '^one' -Because 'the conversation must continue'
        $c.Turns.Count | Should -Be ($turns + 1)
        if ($result.Store) { @(Get-QwenConversation -Store $result.Store).Turns.Count |
            Should -Be ($turns + 1) -Because 'unsaved turns must be saved with the next turn' }
        Close-StoppedStore $result
    }
}

Describe 'A command is stopped by <by>' -ForEach $others {
    It '<phase>' {
        $result = Invoke-StoppedPhase $case -By $by
        Assert-Stopped $result $case
        Close-StoppedStore $result
    }
}

Describe 'A stream is abandoned with <_>' -ForEach 'ChatCompletions', 'Responses', 'Conversations', 'DashScope' {
    BeforeAll {
        $api = $_
        # Runs a pipeline that abandons an endless stream of the conversation $c, and checks $c.
        function Invoke-LetGo([scriptblock] $Pipeline) {
            $c = New-QwenConversation -Api $api -Thinking Off
            $null = Send-QwenMessage $c 'First'
            $emulator.AddFault([QwenChat.QwenEmulatorFault]@{ EndlessEvents = $true; Path = ($api -eq 'Conversations' ? '/responses' : $null) })
            $watch = [Diagnostics.Stopwatch]::StartNew()
            & $Pipeline | Out-Null
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 10
            Wait-Until { $emulator.ActiveRequests -eq 0 }
            $c.Turns.Count | Should -Be 2
            $c.Turns[1].State | Should -Be 'Interrupted'
            $c.Turns[1].Text | Should -Match '^one'
        }
    }

    It 'by Select-Object -First <_>' -ForEach 1, 5 {
        $count = $_
        Invoke-LetGo { Send-QwenMessage $c 'Next' -Stream | Select-Object -First $count }
    }

    It 'by an exception downstream' {
        Invoke-LetGo { { Send-QwenMessage $c 'Next' -Stream | ForEach-Object { throw 'enough' } } | Should -Throw 'enough' }
    }

    It 'by an exception in a .NET method downstream' {
        Invoke-LetGo { { Send-QwenMessage $c 'Next' -Stream | ForEach-Object { [int]::Parse('no number') } -ErrorAction Stop } | Should -Throw }
    }

    It 'by a break out of an enclosing loop' {
        Invoke-LetGo { foreach ($once in 1) { Send-QwenMessage $c 'Next' -Stream | ForEach-Object { break } } }
    }

    It 'by -ErrorAction Stop downstream' {
        Invoke-LetGo { { Send-QwenMessage $c 'Next' -Stream | ForEach-Object { Write-Error 'enough' -ErrorAction Stop } } | Should -Throw 'enough' }
    }
}

Describe 'A series of turns is abandoned with <_>' -ForEach 'ChatCompletions', 'Responses', 'Conversations', 'DashScope' {
    BeforeEach {
        $c = New-QwenConversation -Api $_ -Thinking Off
        # Counts only turn requests, because creating a conversation object is a separate request.
        $sent = @($emulator.Requests | Where-Object Path -Match '/(responses|completions|generation)$').Count
        function Assert-OneSent {
            $c.Turns.Count | Should -Be 1
            $c.Turns[0].State | Should -Be 'Completed'
            @($emulator.Requests | Where-Object Path -Match '/(responses|completions|generation)$').Count | Should -Be ($sent + 1)
            $emulator.ActiveRequests | Should -Be 0
        }
    }

    It 'by Select-Object -First 1: the next message is not sent' {
        ('First', 'Second', 'Third' | Send-QwenMessage -Conversation $c | Select-Object -First 1).Text | Should -Match '^one'
        Assert-OneSent
    }

    It 'by an exception downstream: the next message is not sent' {
        { 'First', 'Second', 'Third' | Send-QwenMessage -Conversation $c | ForEach-Object { throw 'enough' } } | Should -Throw 'enough'
        Assert-OneSent
    }
}

Describe 'A job in another process' {
    It 'is stopped during streaming, and its connection is closed' {
        $emulator.AddFault([QwenChat.QwenEmulatorFault]@{ EndlessEvents = $true })
        $path, $address, $key = $env:PSModulePath, "$($emulator.BaseUri)", [Net.NetworkCredential]::new('', $emulator.ApiKey).Password
        $job = Start-Job {
            $env:PSModulePath = $using:path
            $env:DASHSCOPE_HTTP_BASE_URL = $using:address
            $env:DASHSCOPE_API_KEY = $using:key
            Send-QwenMessage 'Hello' -Stream -Api ChatCompletions
        }
        try {
            Wait-Until -Seconds 30 { $emulator.ActiveRequests -gt 0 }
            $watch = [Diagnostics.Stopwatch]::StartNew()
            Stop-Job $job
            Wait-Until { $emulator.ActiveRequests -eq 0 }
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 10
        }
        finally {
            Remove-Job $job -Force
            $emulator.ClearFaults()
        }
    }
}
